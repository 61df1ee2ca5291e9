import { allOf, type Condition, group, listTest, test } from './condition.ts';
import type { Operand } from './operand.ts';

/** A column, or a path into one that holds JSON: `address->>city`. */
export type Field<Operands> = (keyof Operands & string) | `${keyof Operands & string}->${string}`;

/** What a field is compared with. */
export type OperandFor<Operands, Name> = Name extends keyof Operands ? Operands[Name] : Operand;

/** What a column of JSON arrays may hold. */
export type Elements<Operands, Name> =
  OperandFor<Operands, Name> extends readonly (infer Element)[] ? readonly Element[] : readonly unknown[];

/** What a column of JSON arrays or objects may contain. */
export type Part<Operands, Name> =
  OperandFor<Operands, Name> extends readonly unknown[] ? Elements<Operands, Name> : object;

/** What a field may be. `unknown` is null, as SQL says of truth values. */
export type IsValue = null | boolean | 'not_null' | 'unknown';

/** Operators that `anyOf` and `allOf` take. */
export type Quantifiable = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'like' | 'ilike' | 'match' | 'imatch';

export interface SearchOptions {
  /**
   * How the text is read: `words`, all of them in any order, where it is not said; `phrase`, one after another; `web`, as a
   * search engine does (`"a phrase" or word -without`); `expression`, with `&`, `|`, `!` and parentheses.
   */
  readonly as?: 'words' | 'phrase' | 'web' | 'expression';
}

const SEARCHES = { words: 'plfts', phrase: 'phfts', web: 'wfts', expression: 'fts' } as const;

/** Spells conditions, to be put together with `or`, `and` and `not`. */
export class Where<Operands extends object> {
  eq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'eq', value);
  }

  neq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'neq', value);
  }

  isDistinct<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'isdistinct', value);
  }

  gt<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'gt', value);
  }

  gte<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'gte', value);
  }

  lt<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'lt', value);
  }

  lte<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'lte', value);
  }

  /** `*` or `%` stands for any text, `_` for one character, and a backslash keeps the next character. */
  like(field: Field<Operands>, pattern: string): Condition {
    return test(field, 'like', pattern);
  }

  /** The same, without regard to case. */
  ilike(field: Field<Operands>, pattern: string): Condition {
    return test(field, 'ilike', pattern);
  }

  /** A regular expression of RE2 (https://github.com/google/re2/wiki/Syntax), anywhere in the text unless anchored. */
  match(field: Field<Operands>, pattern: string): Condition {
    return test(field, 'match', pattern);
  }

  /** The same, without regard to case. */
  imatch(field: Field<Operands>, pattern: string): Condition {
    return test(field, 'imatch', pattern);
  }

  in<Name extends Field<Operands>>(field: Name, values: readonly OperandFor<Operands, Name>[]): Condition {
    return listTest(field, 'in', values);
  }

  /** A comparison that holds for one of several values at least: `is.anyOf('name', 'ilike', ['tea*', '*cup'])`. */
  anyOf<Name extends Field<Operands>>(
    field: Name,
    operator: Quantifiable,
    values: readonly OperandFor<Operands, Name>[],
  ): Condition {
    return listTest(field, `${operator}(any)`, values);
  }

  /** A comparison that holds for each of several values. */
  allOf<Name extends Field<Operands>>(
    field: Name,
    operator: Quantifiable,
    values: readonly OperandFor<Operands, Name>[],
  ): Condition {
    return listTest(field, `${operator}(all)`, values);
  }

  is(field: Field<Operands>, value: IsValue): Condition {
    return test(field, 'is', String(value));
  }

  /** A column of JSON arrays that has all of these, or of JSON objects that has these members. */
  contains<Name extends Field<Operands>>(field: Name, value: Part<Operands, Name>): Condition {
    return test(field, 'cs', value);
  }

  /** A column of JSON arrays that has nothing but these. */
  containedIn<Name extends Field<Operands>>(field: Name, values: Elements<Operands, Name>): Condition {
    return test(field, 'cd', values);
  }

  /** A column of JSON arrays that has at least one of these. */
  overlaps<Name extends Field<Operands>>(field: Name, values: Elements<Operands, Name>): Condition {
    return test(field, 'ov', values);
  }

  /** A full-text search, on a column that the projection's `search` names. */
  search(column: keyof Operands & string, text: string, { as = 'words' }: SearchOptions = {}): Condition {
    return test(column, SEARCHES[as], text);
  }

  and(...conditions: readonly Condition[]): Condition {
    return allOf(conditions);
  }

  or(...conditions: readonly Condition[]): Condition {
    return group('or', conditions);
  }

  not(condition: Condition): Condition {
    return { kind: 'not', condition };
  }
}
