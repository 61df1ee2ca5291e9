import type { ViewColumn, ViewDescription } from '../projection/program.ts';
import type { Relation } from './relations.ts';
import type { SearchTerm } from './search-term.ts';

/** A step into a JSON value: a member's name, or an item's number, from the end where it is negative. */
export type JsonStep = string | number;

/** A column, or what is at a path inside it. */
export interface Field {
  readonly column: ViewColumn;
  readonly path: readonly JsonStep[];
  /** True for `->>`: the value as text. */
  readonly isText: boolean;
}

/** A value of a request. */
export interface Operand {
  readonly text: string;
  /** The number of the request's parameter that this is all of; a query of the same shape binds another text there. */
  readonly slot: number | undefined;
}

export type Comparison = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'isdistinct';

/** A condition on a row: true, false, or null as in SQL. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: Comparison;
      readonly operand: Operand;
    }
  | { readonly kind: 'in'; readonly field: Field; readonly values: readonly string[] }
  | { readonly kind: 'is'; readonly field: Field; readonly value: 'null' | 'true' | 'false' }
  | {
      readonly kind: 'like';
      readonly field: Field;
      /** With `%`, `_` and `\`, as in SQL. */
      readonly pattern: string;
      readonly isCaseSensitive: boolean;
    }
  | {
      readonly kind: 'match';
      readonly field: Field;
      readonly pattern: string;
      readonly isCaseSensitive: boolean;
    }
  | {
      readonly kind: 'set';
      readonly field: Field;
      readonly operator: SetOperator;
      /** A JSON array or object. */
      readonly value: string;
      /** True where the items are texts that spell a value of any type. */
      readonly isSpelled: boolean;
    }
  | { readonly kind: 'search'; readonly column: ViewColumn; readonly term: SearchTerm }
  /** True where the embedded view of this name has a row. */
  | { readonly kind: 'embedded'; readonly name: string };

export type SetOperator = 'contains' | 'contained' | 'overlaps';
export type Cast = 'text' | 'integer' | 'real' | 'boolean' | 'json' | Moment;
/** What a time is cast to: ISO 8601, in UTC. */
export type Moment = 'date' | 'timestamp' | 'timestamptz';
export type AggregateFunction = 'count' | 'sum' | 'avg' | 'min' | 'max';

export interface Aggregate {
  readonly function: AggregateFunction;
  readonly cast: Cast | undefined;
}

/** A column of the answer. */
export interface SelectedField {
  readonly kind: 'field';
  /** The name in the answer. */
  readonly name: string;
  /** Undefined for `count()`, which counts rows. */
  readonly field: Field | undefined;
  readonly cast: Cast | undefined;
  readonly aggregate: Aggregate | undefined;
}

/** A related view inside the answer. */
export interface Embedded {
  readonly kind: 'embedded';
  readonly name: string;
  readonly relation: Relation;
  /** True where rows without a related row are left out. */
  readonly isInner: boolean;
  /** True where the related columns stand among the row's own. */
  readonly isSpread: boolean;
  readonly query: ViewQuery;
}

export type Selected = SelectedField | Embedded;

export interface Ordering {
  readonly field: Field;
  /** The to-one embedded view whose column this is; undefined for the view's own. */
  readonly embedded: string | undefined;
  readonly isDescending: boolean;
  readonly nulls: 'first' | 'last';
}

/**
 * A query on one view, as a request asks for it: names are looked up, values are not yet bound. It is immutable and
 * refers to no database, so it may be kept and run again.
 */
export interface ViewQuery {
  readonly view: ViewDescription;
  readonly select: readonly Selected[];
  readonly conditions: readonly Condition[];
  readonly order: readonly Ordering[];
  readonly limit: number | undefined;
  readonly offset: number;
}
