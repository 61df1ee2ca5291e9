/** A condition on one column. The other operators of PostgREST's dialect join here. */
export interface Filter {
  readonly column: string;
  readonly operator: 'eq';
  readonly value: string;
}

export interface Ordering {
  readonly column: string;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

/** A query on one view, as a request asks for it, with names that are checked and values that are not yet bound. */
export interface ViewQuery {
  readonly filters: readonly Filter[];
  readonly order: readonly Ordering[];
  readonly limit: number | undefined;
  readonly offset: number;
}
