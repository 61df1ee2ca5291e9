import type { Condition } from './condition.ts';
import {
  type Elements,
  type Field,
  type IsValue,
  type OperandFor,
  type Part,
  type Quantifiable,
  type SearchOptions,
  type Where,
} from './where.ts';

/** The filters of a query; several are joined by "and". Each answers a new query. */
export abstract class Filters<Operands extends object> {
  /** Rows of which a condition holds that `and`, `or` and `not` put together. */
  abstract where(spell: (is: Where<Operands>) => Condition): this;

  eq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.eq(field, value));
  }

  /** Unequal; of null nothing is known. */
  neq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.neq(field, value));
  }

  /** Unequal, where null is a value like another. */
  isDistinct<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.isDistinct(field, value));
  }

  gt<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.gt(field, value));
  }

  gte<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.gte(field, value));
  }

  lt<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.lt(field, value));
  }

  lte<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): this {
    return this.where((is) => is.lte(field, value));
  }

  /** `*` or `%` stands for any text, `_` for one character, and a backslash keeps the next character. */
  like(field: Field<Operands>, pattern: string): this {
    return this.where((is) => is.like(field, pattern));
  }

  /** The same, without regard to case. */
  ilike(field: Field<Operands>, pattern: string): this {
    return this.where((is) => is.ilike(field, pattern));
  }

  /** A regular expression of RE2 (https://github.com/google/re2/wiki/Syntax), anywhere in the text unless anchored. */
  match(field: Field<Operands>, pattern: string): this {
    return this.where((is) => is.match(field, pattern));
  }

  /** The same, without regard to case. */
  imatch(field: Field<Operands>, pattern: string): this {
    return this.where((is) => is.imatch(field, pattern));
  }

  in<Name extends Field<Operands>>(field: Name, values: readonly OperandFor<Operands, Name>[]): this {
    return this.where((is) => is.in(field, values));
  }

  /** A comparison that holds for one of several values at least: `.anyOf('name', 'ilike', ['tea*', '*cup'])`. */
  anyOf<Name extends Field<Operands>>(
    field: Name,
    operator: Quantifiable,
    values: readonly OperandFor<Operands, Name>[],
  ): this {
    return this.where((is) => is.anyOf(field, operator, values));
  }

  /** A comparison that holds for each of several values. */
  allOf<Name extends Field<Operands>>(
    field: Name,
    operator: Quantifiable,
    values: readonly OperandFor<Operands, Name>[],
  ): this {
    return this.where((is) => is.allOf(field, operator, values));
  }

  is(field: Field<Operands>, value: IsValue): this {
    return this.where((is) => is.is(field, value));
  }

  /** A column of JSON arrays that has all of these, or of JSON objects that has these members. */
  contains<Name extends Field<Operands>>(field: Name, value: Part<Operands, Name>): this {
    return this.where((is) => is.contains(field, value));
  }

  /** A column of JSON arrays that has nothing but these. */
  containedIn<Name extends Field<Operands>>(field: Name, values: Elements<Operands, Name>): this {
    return this.where((is) => is.containedIn(field, values));
  }

  /** A column of JSON arrays that has at least one of these. */
  overlaps<Name extends Field<Operands>>(field: Name, values: Elements<Operands, Name>): this {
    return this.where((is) => is.overlaps(field, values));
  }

  /** A full-text search, on a column that the projection's `search` names. */
  search(column: keyof Operands & string, text: string, options?: SearchOptions): this {
    return this.where((is) => is.search(column, text, options));
  }

  /** Rows of which at least one holds: `.or((is) => [is.eq('status', 'paid'), is.gt('total_cents', 1000)])`. */
  or(spell: (is: Where<Operands>) => readonly Condition[]): this {
    return this.where((is) => is.or(...spell(is)));
  }

  /** Rows of which it does not hold: `.not((is) => is.is('carrier', null))`. */
  not(spell: (is: Where<Operands>) => Condition): this {
    return this.where((is) => is.not(spell(is)));
  }
}
