import { allOf, type Condition, group, oneOf, test } from './condition.ts';
import type { Operand } from './operand.ts';

/** A column, or a path into one that holds JSON: `address->>city`. */
export type Field<Operands> = (keyof Operands & string) | `${keyof Operands & string}->${string}`;

/** What a field is compared with. */
export type OperandFor<Operands, Name> = Name extends keyof Operands ? Operands[Name] : Operand;

/** Spells conditions, to be put together with `or`, `and` and `not`. */
export class Where<Operands extends object> {
  eq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'eq', value);
  }

  neq<Name extends Field<Operands>>(field: Name, value: OperandFor<Operands, Name>): Condition {
    return test(field, 'neq', value);
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

  in<Name extends Field<Operands>>(field: Name, values: readonly OperandFor<Operands, Name>[]): Condition {
    return oneOf(field, values);
  }

  is(field: Field<Operands>, value: null | boolean): Condition {
    return test(field, 'is', String(value));
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
