import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { withoutNulls } from '../exact-json.ts';
import { toCsv } from '../query/csv.ts';
import type { ViewAnswer } from '../query/view-answer.ts';
import { type Form, MEDIA_TYPES } from './accept.ts';
import { freshness } from './freshness.ts';
import { linkToNext } from './link-to-next.ts';
import { contentRange } from './range.ts';
import type { Source } from './services.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Where the rows in the answer are from. */
    answered?: Source;
  }
}

/**
 * An answer in the form that was asked for. `head` is the last position of the log, and `applied` what was heeded of the
 * request's preferences. Throws NOT_SINGULAR or RANGE_UNSATISFIABLE.
 */
export function viewResponse(
  c: Context,
  answer: ViewAnswer,
  form: Form,
  head: number,
  applied: readonly string[],
): Response {
  // Says how much there is, where the error that follows says that this is beyond it (RFC 9110, 15.5.17).
  if (isBeyondEnd(answer)) c.header('Content-Range', contentRange(0, 0, answer.total));
  refuseBeyondEnd(answer);
  if (answer.next !== undefined)
    c.header('Link', linkToNext(c.req.url, answer.next, answer.count, c.req.header('Range') !== undefined), {
      append: true,
    });
  c.set('answered', answer);
  for (const preference of applied) c.header('Preference-Applied', preference, { append: true });
  const headers = { ...rowHeaders(answer, form), ...freshness(answer, head) };
  return c.body(bodyOf(answer, form), statusOf(answer), headers);
}

/** What is said of the rows in an answer. */
export function rowHeaders(answer: ViewAnswer, form: Form): Record<string, string> {
  return {
    'Content-Type': MEDIA_TYPES[form],
    'Content-Range': contentRange(answer.offset, answer.count, answer.total),
    'Range-Unit': 'items',
    ...(answer.mayLackEvents && { 'Projection-Parked': 'true' }),
  };
}

/** Throws NOT_SINGULAR. */
export function bodyOf(answer: ViewAnswer, form: Form): string {
  if (form === 'csv') return toCsv(answer.columns, answer.body);
  const body = form.startsWith('sparse') ? withoutNulls(answer.body) : answer.body;
  if (form.endsWith('array')) return body;
  if (answer.count === 1) return body.slice(1, -1);
  throw new ProjectionistError('NOT_SINGULAR', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${answer.count} rows`,
    hint:
      answer.count === 0
        ? 'No row that the caller may see is like that; accept application/json where there may be none.'
        : 'Ask for one row by its key, or accept application/json.',
  });
}

/** 206 where it is known that these are not all rows. */
export function statusOf({ count, total }: ViewAnswer): 200 | 206 {
  return total !== undefined && count < total ? 206 : 200;
}

function isBeyondEnd({ offset, total }: ViewAnswer): boolean {
  return total !== undefined && offset > total;
}

/** Throws RANGE_UNSATISFIABLE. */
export function refuseBeyondEnd(answer: ViewAnswer): void {
  if (!isBeyondEnd(answer)) return;
  const { offset, total } = answer;
  throw new ProjectionistError('RANGE_UNSATISFIABLE', 'Requested range not satisfiable', {
    details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
    hint: 'Begin at a smaller offset.',
  });
}
