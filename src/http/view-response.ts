import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { withoutNulls } from '../query/exact-json.ts';
import { toCsv } from '../query/csv.ts';
import type { ViewAnswer } from '../query/view-answer.ts';
import { type Form, MEDIA_TYPES } from './accept.ts';
import { linkToNext } from './link-to-next.ts';
import { contentRange } from './range.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Of the rows in the answer: see Standing. */
    revision?: number;
  }
}

/** Said of an answer that may lack events, as these wait as dead letters. */
export const PARKED = { 'Projection-Parked': 'true' };

/** An answer in the form that was asked for. Throws NOT_SINGULAR or RANGE_UNSATISFIABLE. */
export function viewResponse(
  c: Context,
  answer: ViewAnswer,
  form: Form,
  lag: number,
  applied: readonly string[],
): Response {
  refuseBeyondEnd(answer);
  const headers: Record<string, string> = {
    'Content-Type': MEDIA_TYPES[form],
    'Content-Range': contentRange(answer.offset, answer.count, answer.total),
    'Range-Unit': 'items',
    'Projection-Position': String(answer.position),
    'Projection-Lag': String(lag),
    'Projection-Generation': `${answer.projection}-${answer.generation}`,
    ...(answer.mayLackEvents && PARKED),
  };
  if (answer.next !== undefined)
    c.header('Link', linkToNext(c.req.url, answer.next, answer.count, c.req.header('Range') !== undefined), {
      append: true,
    });
  c.set('revision', answer.revision);
  for (const preference of applied) c.header('Preference-Applied', preference, { append: true });
  return c.body(bodyOf(answer, form), statusOf(answer), headers);
}

/** Throws NOT_SINGULAR. */
export function bodyOf(answer: ViewAnswer, form: Form): string {
  if (form === 'csv') return toCsv(answer.columns, answer.body);
  const body = form.startsWith('sparse') ? withoutNulls(answer.body) : answer.body;
  if (form.endsWith('array')) return body;
  if (answer.count === 1) return body.slice(1, -1);
  throw new ProjectionistError('NOT_SINGULAR', 'Cannot coerce the result to a single JSON object', {
    details: `The result contains ${answer.count} rows`,
    hint: 'Ask for one row by its key, or accept application/json.',
  });
}

/** 206 where it is known that these are not all rows. */
export function statusOf({ count, total }: ViewAnswer): 200 | 206 {
  return total !== undefined && count < total ? 206 : 200;
}

/** Throws RANGE_UNSATISFIABLE. */
export function refuseBeyondEnd({ offset, total }: ViewAnswer): void {
  if (total === undefined || offset <= total) return;
  throw new ProjectionistError('RANGE_UNSATISFIABLE', 'Requested range not satisfiable', {
    details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
    hint: 'Begin at a smaller offset.',
  });
}
