import type { Page } from './page.ts';
import { isAggregated } from './render-select.ts';
import { estimatedRows } from './statistics.ts';
import type { ViewQuery } from './view-query.ts';
import type { GenerationReader } from './generation-reader.ts';

/**
 * How all rows are counted, as PostgREST has it: `exact` counts them, `planned` goes by the planner's statistics, and
 * `estimated` counts up to the most rows of an answer, and goes by the statistics beyond.
 */
export type CountKind = 'exact' | 'planned' | 'estimated';

/** How a statement counts, and what the statistics say where it does not count all. */
export interface CountPlan {
  readonly counted: 'all' | 'some' | 'none';
  /** As they are at the time; undefined where all rows are counted, or none. */
  readonly planned: (() => number | undefined) | undefined;
}

const EXACT: CountPlan = { counted: 'all', planned: undefined };

/**
 * `isRestricted` where the rows are not simply those of a table: statistics know nothing of them, and of rows behind a
 * policy they would tell how many there are. Then, as where there are no statistics, the count is exact.
 */
export function countPlanOf(
  reader: GenerationReader,
  query: ViewQuery,
  kind: CountKind | undefined,
  isRestricted: boolean,
): CountPlan {
  if (kind === undefined) return { counted: 'none', planned: undefined };
  if (kind === 'exact' || isRestricted || isAggregated(query) || hasInner(query)) return EXACT;
  if (estimatedRows(reader, query) === undefined) return EXACT;
  return {
    counted: kind === 'planned' ? 'none' : 'some',
    planned: () => estimatedRows(reader, query),
  };
}

function hasInner({ select }: ViewQuery): boolean {
  return select.some((each) => each.kind === 'embedded' && each.isInner);
}

/** What a statement has found out: `total` by its plan, and the page, of which it reads one row more than wanted. */
export interface Counted {
  readonly total: number | null;
  readonly found: number;
}

/** All rows. An estimate gives way to what the page itself shows; a page that is not cut shows the end. */
export function totalOf(
  { counted, planned: plan }: CountPlan,
  { total, found }: Counted,
  page: Page,
  maxRows: number,
): number {
  const planned = plan?.();
  if (planned === undefined) return total ?? found;
  if (counted === 'some' && total !== null && total <= maxRows) return total;
  if (page.after !== undefined) return Math.max(planned, total ?? 0, found);
  const isEnd = found <= page.limit && page.limit > 0;
  if (isEnd && (found > 0 || page.offset === 0)) return page.offset + found;
  if (isEnd) return Math.min(planned, page.offset);
  return Math.max(planned, total ?? 0, page.offset + found);
}
