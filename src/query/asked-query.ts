import { ProjectionistError } from '../errors.ts';
import type { ViewDescription } from '../projection/program.ts';
import { totalOf } from './count.ts';
import { encodeCursor } from './cursor.ts';
import type { SqlValue } from './fragment.ts';
import type { QueryLimits } from './limits.ts';
import type { Page } from './page.ts';
import { mayLackEvents } from './parked.ts';
import type { Parameter } from './parse-query.ts';
import { keysOf } from './page-keys.ts';
import type { Plan } from './plan.ts';
import { ViewAnswer } from './view-answer.ts';
import type { GenerationReader } from './generation-reader.ts';

/** What a plan's statement answers: see RenderedQuery. */
export type Found = readonly [
  position: number,
  count: number,
  items: string | null,
  keys: string | null,
  total: number | null,
];

/** A request with its plan: to be run here, or by whoever has the time. */
export interface AskedQuery {
  readonly reader: GenerationReader;
  readonly view: ViewDescription;
  readonly parameters: readonly Parameter[];
  readonly plan: Plan;
  readonly page: Page;
  readonly values: readonly SqlValue[];
  readonly limits: QueryLimits;
  readonly isCounted: boolean;
}

/** Runs a query on this thread. Throws VALUE_OUT_OF_RANGE or PARAMETER_INVALID. */
export function answer(asked: AskedQuery): ViewAnswer {
  const { reader, plan, values } = asked;
  const read = () => plan.statement.get(...values) as Found | undefined;
  try {
    return answerOf(
      asked,
      read() ?? reader.snapshot(() => read() ?? [reader.position(), 0, null, null, null]),
    );
  } catch (error) {
    throw explained(error);
  }
}

/** The answer that a run of the statement has found, wherever it was run. */
export function answerOf(asked: AskedQuery, found: Found): ViewAnswer {
  const { reader, view, parameters, plan, page, limits, isCounted } = asked;
  const [position, count, , , total] = found;
  return new ViewAnswer(reader.generation, reader.standing.revision, {
    ...cut(found, plan, page),
    position,
    total: isCounted ? totalOf(plan.count, { total, found: count }, page, limits.maxRows) : undefined,
    offset: page.offset,
    columns: plan.columns,
    mayLackEvents: mayLackEvents(reader, view, parameters),
  });
}

/** What SQLite says of a request's values, in words for who sent them. */
export function explained(error: unknown): unknown {
  if (error instanceof Error && error.message === 'integer overflow')
    return new ProjectionistError('VALUE_OUT_OF_RANGE', 'A sum is out of range', {
      hint: 'Cast to real first: column::real.sum().',
    });
  // What SQLite says of a LIMIT that is no whole number, which a named query may have been given.
  if (error instanceof Error && error.message === 'datatype mismatch')
    return new ProjectionistError('PARAMETER_INVALID', 'A parameter is of the wrong type for the query');
  return error;
}

const SEPARATOR = ',\n';

/** The page: without the row that came only to tell that there are more. */
function cut(
  [, count, items, keys]: Found,
  plan: Plan,
  page: Page,
): Pick<ViewAnswer, 'body' | 'count' | 'next'> {
  if (plan.isPoint || count <= page.limit) return { body: `[${items ?? ''}]`, count, next: undefined };
  if (page.limit === 0) return { body: '[]', count: 0, next: undefined };
  const rows = (items as string).slice(0, (items as string).lastIndexOf(SEPARATOR));
  const last = lastKeys(rows, keys, plan);
  const next = last === undefined ? undefined : encodeCursor(plan.keys ?? [], last);
  return { body: `[${rows}]`, count: page.limit, next };
}

/** The values that order the page's last row, or undefined where there can be no cursor. */
function lastKeys(rows: string, keys: string | null, { keyMembers }: Plan): string | undefined {
  if (keyMembers === undefined) return keys?.split(SEPARATOR).at(-2);
  const before = rows.lastIndexOf(SEPARATOR);
  return keysOf(before < 0 ? rows : rows.slice(before + SEPARATOR.length), keyMembers);
}
