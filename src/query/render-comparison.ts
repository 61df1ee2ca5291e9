import type { ViewColumn } from '../projection/program.ts';
import { bigintKey } from './bigint-order.ts';
import { columnSql, isDigits, jsonSql, jsonTypeSql, jsonValueSql, valueSql } from './column-sql.ts';
import { canonicalJson } from '../exact-json.ts';
import { bound, type Fragment, fragment, joined, type SqlValue, slotted } from './fragment.ts';
import { numberIn, toListed, toStored } from './operand.ts';
import { queryProblem, shown } from './query-problem.ts';
import type { Comparison, Field, Operand } from './view-query.ts';

const SIGNS: Readonly<Record<Comparison, Fragment>> = {
  eq: fragment`=`,
  neq: fragment`<>`,
  gt: fragment`>`,
  gte: fragment`>=`,
  lt: fragment`<`,
  lte: fragment`<=`,
  isdistinct: fragment`IS NOT`,
};

/** Makes of a request's text what SQLite compares with. */
type Bind = (text: string) => SqlValue;

/** `column = ?` and its like. Throws VALUE_INVALID for a value that the column cannot have. */
export function renderComparison(
  alias: Fragment,
  field: Field,
  operator: Comparison,
  operand: Operand,
): Fragment {
  if (field.path.length > 0) return renderPathComparison(alias, field, operator, operand.text);
  const { column } = field;
  const isEquality = operator === 'eq' || operator === 'neq' || operator === 'isdistinct';
  if (column.kind === 'json' && !isEquality)
    throw queryProblem(
      'QUERY_INVALID',
      `${column.name} holds JSON, which has no order`,
      'Compare a value inside it: column->member.',
    );
  const value = (bind: Bind) => operandSql(operand, bind);
  if (column.kind === 'any')
    return eitherType(
      columnSql(alias, column),
      (left, bind) => fragment`${left} ${SIGNS[operator]} ${value(bind)}`,
    );
  if (isEquality)
    return fragment`${equatedSql(alias, column)} ${SIGNS[operator]} ${value((text) => toListed(column, text))}`;
  const bind: Bind =
    column.kind === 'bigint' ? (text) => comparableBigint(column, text) : (text) => toStored(column, text);
  return fragment`${valueSql(alias, field)} ${SIGNS[operator]} ${value(bind)}`;
}

/** `column IN (?, ?)`. */
export function renderIn(alias: Fragment, field: Field, values: readonly string[]): Fragment {
  const { column, path, isText } = field;
  const list = (bind: Bind) =>
    joined(
      values.map((text) => bound(bind(text))),
      ', ',
    );
  if (path.length > 0 && !isText) return renderPathIn(alias, field, values);
  if (path.length > 0) return fragment`${valueSql(alias, field)} IN (${list((text) => text)})`;
  if (column.kind === 'any')
    return eitherType(columnSql(alias, column), (left, bind) => fragment`${left} IN (${list(bind)})`);
  return fragment`${equatedSql(alias, column)} IN (${list((text) => toListed(column, text))})`;
}

/** A value, bound once at first: one of the wrong type shows before anything runs. */
function operandSql(operand: Operand, bind: Bind): Fragment {
  const value = bind(operand.text);
  return operand.slot === undefined ? bound(value) : slotted(operand.slot, bind);
}

/** What a test of equality compares: the stored value, or JSON without what does not count in it, as for jsonb. */
function equatedSql(alias: Fragment, column: ViewColumn): Fragment {
  return column.kind === 'json'
    ? fragment`projectionist_json(${jsonSql(alias, column)})`
    : columnSql(alias, column);
}

/** A column of any type is compared as text where it has text, and as a number elsewhere. */
function eitherType(column: Fragment, compare: (left: Fragment, bind: Bind) => Fragment): Fragment {
  return fragment`CASE WHEN typeof(${column}) = 'text' THEN ${compare(column, (text) => text)} ELSE ${compare(column, asNumber)} END`;
}

function asNumber(text: string): SqlValue {
  const number = numberIn(text);
  return number === 'out of range' ? Number(text) : (number ?? text);
}

/** Digits by their place among others; in a column of SQLite's own numbers, what these can be compared with. */
function comparableBigint(column: ViewColumn, text: string): SqlValue {
  const stored = toStored(column, text);
  if (isDigits(column)) return bigintKey(Buffer.from(stored as Uint8Array).toString());
  const whole = BigInt(stored as string);
  if (whole >= -(2n ** 63n) && whole < 2n ** 63n) return whole;
  throw queryProblem(
    'VALUE_OUT_OF_RANGE',
    `${shown(text)} is out of range for ${column.name}`,
    'Less and greater are compared within 64 bits.',
  );
}

/** `->>` compares text with text; `->` compares with JSON values of the operand's own type, and is NULL for others. */
function renderPathComparison(alias: Fragment, field: Field, operator: Comparison, text: string): Fragment {
  if (field.isText) return fragment`${valueSql(alias, field)} ${SIGNS[operator]} ${bound(text)}`;
  const { type, value } = jsonOperand(text);
  if (type === 'compound' && operator !== 'eq' && operator !== 'neq' && operator !== 'isdistinct')
    throw queryProblem(
      'QUERY_INVALID',
      'Arrays and objects of JSON have no order',
      'Compare a value inside, or a text in double quotes.',
    );
  return fragment`${valueOfType(alias, field, type)} ${SIGNS[operator]} ${bound(value)}`;
}

function renderPathIn(alias: Fragment, field: Field, values: readonly string[]): Fragment {
  const operands = values.map(jsonOperand);
  const lists = JSON_TYPES.map((type) => {
    const own = operands.filter((operand) => operand.type === type).map(({ value }) => bound(value));
    return own.length === 0
      ? undefined
      : fragment`coalesce(${valueOfType(alias, field, type)} IN (${joined(own, ', ')}), ${fragment`0`})`;
  }).filter((list) => list !== undefined);
  const isThere = fragment`${jsonValueSql(alias, field)} IS NOT NULL`;
  return lists.length === 0
    ? fragment`0`
    : fragment`CASE WHEN ${isThere} THEN (${joined(lists, ' OR ')}) END`;
}

type JsonType = (typeof JSON_TYPES)[number];
const JSON_TYPES = ['boolean', 'number', 'text', 'compound'] as const;
const SQLITE_TYPES: Readonly<Record<JsonType, Fragment>> = {
  boolean: fragment`'true', 'false'`,
  number: fragment`'integer', 'real'`,
  text: fragment`'text'`,
  compound: fragment`'array', 'object'`,
};

/** What is at a path where it is of this type, and NULL elsewhere. */
function valueOfType(alias: Fragment, field: Field, type: JsonType): Fragment {
  const value = jsonValueSql(alias, field);
  const compared = type === 'compound' ? fragment`projectionist_json(${value})` : value;
  return fragment`CASE WHEN ${jsonTypeSql(alias, field)} IN (${SQLITE_TYPES[type]}) THEN ${compared} END`;
}

function jsonOperand(text: string): { type: JsonType; value: SqlValue } {
  if (text === 'true' || text === 'false') return { type: 'boolean', value: text === 'true' ? 1 : 0 };
  const number = numberIn(text);
  if (number !== undefined)
    return { type: 'number', value: number === 'out of range' ? Number(text) : number };
  const compound = canonicalCompound(text);
  return compound === undefined
    ? { type: 'text', value: unquoted(text) }
    : { type: 'compound', value: compound };
}

/** An array or object; undefined where the text is none. */
function canonicalCompound(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return canonicalJson(text);
  } catch {
    return undefined;
  }
}

function unquoted(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}
