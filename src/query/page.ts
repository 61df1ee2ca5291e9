import { ProjectionistError } from '../errors.ts';
import { type Parameter, parseCount } from './parse-query.ts';

/** The part of the rows that is wanted. */
export interface Page {
  /** Rows at most. */
  readonly limit: number;
  readonly offset: number;
  /** The cursor after which the page begins. */
  readonly after: string | undefined;
}

/** The rows that a `Range` header asks for, both inclusive; `to` is undefined for all that follow. */
export interface RowRange {
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * Reads `limit`, `offset` and `after`; a range narrows them, and no page is longer than `maxRows`. Throws QUERY_INVALID, or
 * RANGE_UNSATISFIABLE for a range that ends before it begins.
 */
export function pageOf(parameters: readonly Parameter[], range: RowRange | undefined, maxRows: number): Page {
  let limit = maxRows;
  let offset = range?.from ?? 0;
  let after: string | undefined;
  if (range?.to !== undefined) limit = Math.min(limit, rangeLength(range.from, range.to));
  for (const [name, value] of parameters) {
    if (name === 'limit') limit = Math.min(limit, parseCount(name, value));
    else if (name === 'offset') offset = Math.max(offset, parseCount(name, value));
    else if (name === 'after') after = value;
  }
  return { limit, offset, after };
}

/** A range as the parameters that say the same. Throws RANGE_UNSATISFIABLE. */
export function rangeParameters({ from, to }: RowRange): Parameter[] {
  const offset: Parameter = ['offset', String(from)];
  return to === undefined ? [offset] : [offset, ['limit', String(rangeLength(from, to))]];
}

function rangeLength(from: number, to: number): number {
  if (to >= from) return to - from + 1;
  throw new ProjectionistError('RANGE_UNSATISFIABLE', 'Requested range not satisfiable', {
    hint: `The range ends at ${to}, before it begins at ${from}.`,
  });
}
