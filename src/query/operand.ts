import { didYouMean } from '../nearest.ts';
import { ProjectionistError } from '../errors.ts';
import { canonicalJson } from '../exact-json.ts';
import type { ViewColumn } from '../projection/program.ts';
import type { SqlValue } from './fragment.ts';
import { listed, shown } from './query-problem.ts';

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i;
const TRUE = /^(?:true|t|yes|y|on|1)$/i;
const FALSE = /^(?:false|f|no|n|off|0)$/i;
const LARGEST = 2n ** 63n;

/** A value of a request as the column stores it. Throws VALUE_INVALID or VALUE_OUT_OF_RANGE where it cannot be one. */
export function toStored(column: ViewColumn, text: string): SqlValue {
  switch (column.kind) {
    case 'boolean':
      if (TRUE.test(text)) return 1;
      if (FALSE.test(text)) return 0;
      throw mismatch(column, text, 'true or false');
    case 'timestamp':
      return timeOf(column, text) / 1000;
    case 'timestamp-ms':
      return timeOf(column, text);
    case 'bigint':
      return column.sqlType === 'BLOB' ? Buffer.from(digitsOf(column, text)) : digitsOf(column, text);
    case 'bytes':
      if (/^\\x(?:[\da-f]{2})*$/i.test(text)) return Buffer.from(text.slice(2), 'hex');
      throw mismatch(column, text, String.raw`bytes in hexadecimal, such as \x00ff`);
    case 'json':
      return jsonText(column, text);
    default:
      return column.sqlType === 'INTEGER' || column.sqlType === 'REAL' ? numberOf(column, text) : text;
  }
}

/** The same for a test of equality, which a value that the column never has can only be by mistake. */
export function toListed(column: ViewColumn, text: string): SqlValue {
  if (column.values !== undefined && column.values.length > 0 && !column.values.includes(text))
    throw mismatch(column, text, `one of ${listed(column.values)}`, didYouMean(text, column.values));
  return toStored(column, text);
}

/** A number as SQLite compares it: exact for integers, rounded as the column itself is for reals. */
function numberOf(column: ViewColumn, text: string): number | bigint {
  const number = numberIn(text);
  if (number === undefined)
    throw mismatch(column, text, column.sqlType === 'INTEGER' ? 'a whole number' : 'a number');
  if (column.sqlType === 'REAL') return typeof number === 'number' ? number : Number(text);
  if (number === 'out of range')
    throw new ProjectionistError('VALUE_OUT_OF_RANGE', `${shown(text)} is out of range for ${column.name}`, {
      hint: 'Integers have 64 bits.',
    });
  return number;
}

/** The number that a text spells; undefined for none. */
export function numberIn(spelled: string): number | bigint | 'out of range' | undefined {
  // Space around it, as in `in.(1, 2)`, is none of the number's.
  const text = spelled.trim();
  if (INTEGER.test(text)) {
    const small = text.length < 16 ? Number(text) : NaN;
    if (Number.isSafeInteger(small)) return Object.is(small, -0) ? 0 : small;
    const whole = BigInt(text.startsWith('+') ? text.slice(1) : text);
    return whole >= -LARGEST && whole < LARGEST ? whole : 'out of range';
  }
  if (NUMBER.test(text)) return Number(text);
  return /^[+-]?infinity$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : undefined;
}

function timeOf(column: ViewColumn, text: string): number {
  const time = TIME.test(text) ? Date.parse(normalTime(text)) : NaN;
  if (Number.isNaN(time))
    throw mismatch(
      column,
      text,
      'an ISO 8601 time, such as 2026-01-31T12:00:00Z',
      / \d\d:?\d\d$/.test(text) ? 'A plus is written %2B in an address. ' : '',
    );
  return time;
}

/** As Date.parse() wants it. A time without a zone is taken as UTC, which is what views store. */
function normalTime(text: string): string {
  if (text.length === 10) return text;
  const time = text.slice(11).toUpperCase();
  const zone = /(?:Z|[+-]\d\d(?::?\d\d)?)$/.exec(time)?.[0] ?? '';
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  return `${text.slice(0, 10)}T${time.slice(0, time.length - zone.length)}${offset === '' ? 'Z' : offset}`;
}

function digitsOf(column: ViewColumn, text: string): string {
  if (!/^[+-]?\d{1,1000}$/.test(text)) throw mismatch(column, text, 'a whole number');
  return String(BigInt(text.startsWith('+') ? text.slice(1) : text));
}

function jsonText(column: ViewColumn, text: string): string {
  try {
    return canonicalJson(text);
  } catch {
    throw mismatch(column, text, 'JSON');
  }
}

function mismatch(column: ViewColumn, text: string, expected: string, guess = ''): ProjectionistError {
  return new ProjectionistError('VALUE_INVALID', `invalid value for ${column.name}: ${shown(text)}`, {
    hint: `${guess}${column.name} takes ${expected}.`,
  });
}
