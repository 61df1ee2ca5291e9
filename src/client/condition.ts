import { fieldText, type Operand, operandText, quoted } from './operand.ts';

/** A condition on rows, as `Where` makes it. */
export type Condition = Test | Group | Negation;

interface Test {
  readonly kind: 'test';
  readonly field: string;
  readonly operator: string;
  /** A list for `in`, and for an operator with `(any)` or `(all)`. */
  readonly value: string | readonly string[];
}

interface Group {
  readonly kind: 'and' | 'or';
  readonly conditions: readonly Condition[];
}

interface Negation {
  readonly kind: 'not';
  readonly condition: Condition;
}

export function test(field: string, operator: string, value: unknown): Condition {
  return { kind: 'test', field, operator, value: operandText(value as Operand | null) };
}

/** A test against several values: `in`, or an operator with `(any)` or `(all)`. */
export function listTest(field: string, operator: string, values: readonly unknown[]): Condition {
  return {
    kind: 'test',
    field,
    operator,
    value: values.map((value) => operandText(value as Operand | null)),
  };
}

export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 1 ? (conditions[0] as Condition) : group('and', conditions);
}

/** Throws TypeError for no conditions, of which nobody knows what they should mean. */
export function group(kind: Group['kind'], conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) throw new TypeError(`${kind}() takes at least one condition`);
  return { kind, conditions };
}

/** Names that mean something else in a query string, so that a column of that name needs a group around it. */
const RESERVED = new Set('select order limit offset after and or columns on_conflict lastEventId'.split(' '));

/** A condition as a parameter of a query string: its name and its value, not yet percent-encoded. */
export function parameterOf(condition: Condition, isNegated = false): [string, string] {
  const not = isNegated ? 'not.' : '';
  if (condition.kind === 'not') return parameterOf(condition.condition, !isNegated);
  if (condition.kind !== 'test') return [`${not}${condition.kind}`, membersOf(condition)];
  if (!needsGroup(condition.field)) return [condition.field, `${not}${operationOf(condition, false)}`];
  return ['and', `(${memberOf(isNegated ? { kind: 'not', condition } : condition)})`];
}

function needsGroup(field: string): boolean {
  return RESERVED.has(field) || fieldText(field) !== field;
}

function membersOf({ conditions }: Group): string {
  return `(${conditions.map((each) => memberOf(each)).join(',')})`;
}

/** A condition as it stands in a group. */
function memberOf(condition: Condition, isNegated = false): string {
  const not = isNegated ? 'not.' : '';
  if (condition.kind === 'not') return memberOf(condition.condition, !isNegated);
  if (condition.kind !== 'test') return `${not}${condition.kind}${membersOf(condition)}`;
  const field = RESERVED.has(condition.field) ? quoted(condition.field) : fieldText(condition.field);
  return `${field}.${not}${operationOf(condition, true)}`;
}

/** Outside of groups a value is all that follows its operator, and quotes would be part of it. */
function operationOf({ operator, value }: Test, isInGroup: boolean): string {
  if (typeof value !== 'string') return `${operator}.${listText(operator, value)}`;
  return `${operator}.${isInGroup && operator !== 'is' ? quoted(value) : value}`;
}

function listText(operator: string, values: readonly string[]): string {
  const items = values.map((each) => quoted(each)).join(',');
  return operator === 'in' ? `(${items})` : `{${items}}`;
}
