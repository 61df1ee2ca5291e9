/** What one request may ask for. */
export interface QueryLimits {
  /** Rows in an answer, and in each embedded list; PostgREST's db-max-rows. */
  readonly maxRows: number;
  /** Whether `count()`, `sum()`, `avg()`, `min()` and `max()` may be selected; PostgREST's db-aggregates-enabled. */
  readonly aggregates: boolean;
  /** Characters in a query string. */
  readonly queryLength: number;
  /** Nested `and`, `or` and `not` groups. */
  readonly filterDepth: number;
  /** Conditions in all, at every level. */
  readonly filters: number;
  /** Values in one list. */
  readonly listLength: number;
  /** Embedded views inside one another. */
  readonly embedDepth: number;
  /** Selected columns and views in all. */
  readonly selected: number;
  /** Columns in one `order`. */
  readonly orderings: number;
}

export const USUAL_LIMITS: QueryLimits = Object.freeze({
  maxRows: 1000,
  aggregates: false,
  queryLength: 16_384,
  filterDepth: 10,
  filters: 200,
  listLength: 1000,
  embedDepth: 5,
  selected: 400,
  orderings: 16,
});

/** The limits of a configuration. */
export function queryLimits({
  maxRows,
  aggregates,
}: {
  maxRows?: number | undefined;
  aggregates?: boolean | undefined;
}): QueryLimits {
  return {
    ...USUAL_LIMITS,
    ...(maxRows !== undefined && { maxRows }),
    ...(aggregates !== undefined && { aggregates }),
  };
}
