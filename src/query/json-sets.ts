import { isDeepStrictEqual } from 'node:util';
import { parseExactly } from '../exact-json.ts';
import type { SetOperator } from './view-query.ts';

/**
 * Decides `cs`, `cd` and `ov` as PostgreSQL does for jsonb (https://www.postgresql.org/docs/current/datatype-json.html,
 * 8.14.3): an array contains another when each item of that is contained in one of its own, an object when each member
 * is, at any depth; at the top alone an array contains a primitive value that is among its items. The items of `{a,b}` are
 * texts that spell a value of any type, as for PostgreSQL's arrays.
 */
export class JsonSets {
  #wanted: { readonly text: string; readonly value: unknown } | undefined;

  /** Of a value that is JSON text, and another from the request, which is the same for many rows. */
  holds(operator: SetOperator, stored: string, wanted: string, isSpelled: boolean): boolean {
    const own = parseExactly(stored);
    const parsed = this.#parsed(wanted);
    // As an array is written, `{}` is the empty one.
    const other = Array.isArray(own) && isObject(parsed) && Object.keys(parsed).length === 0 ? [] : parsed;
    if (operator === 'overlaps') return overlaps(own, other, isSpelled ? isSpelledBy : isDeepStrictEqual);
    if (isSpelled) return containsSpelled(operator, own, other as readonly string[]);
    return operator === 'contains' ? containsAtTop(own, other) : containsAtTop(other, own);
  }

  #parsed(text: string): unknown {
    if (this.#wanted?.text !== text) this.#wanted = { text, value: parseExactly(text) };
    return this.#wanted.value;
  }
}

function containsAtTop(whole: unknown, part: unknown): boolean {
  return Array.isArray(whole) && isPrimitive(part) ? whole.includes(part) : contains(whole, part);
}

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part))
    return Array.isArray(whole) && part.every((item) => whole.some((own) => contains(own, item)));
  if (!isObject(part)) return whole === part;
  return (
    isObject(whole) &&
    Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && contains(whole[key], value))
  );
}

function containsSpelled(
  operator: 'contains' | 'contained',
  own: unknown,
  texts: readonly string[],
): boolean {
  if (isPrimitive(own)) return operator === 'contained' && texts.some((text) => isSpelledBy(own, text));
  if (!Array.isArray(own)) return false;
  return operator === 'contains'
    ? texts.every((text) => own.some((item) => isSpelledBy(item, text)))
    : own.every((item) => texts.some((text) => isSpelledBy(item, text)));
}

function isSpelledBy(value: unknown, text: unknown): boolean {
  if (value === text) return true;
  if (typeof value === 'number') return (text as string).trim() !== '' && value === Number(text);
  return (typeof value === 'bigint' || typeof value === 'boolean') && String(value) === text;
}

function overlaps(own: unknown, other: unknown, isSame: (own: unknown, other: unknown) => boolean): boolean {
  if (Array.isArray(own) && Array.isArray(other))
    return own.some((item) => other.some((each) => isSame(item, each)));
  if (!isObject(own) || !isObject(other)) return false;
  return Object.entries(own).some(([key, value]) => Object.hasOwn(other, key) && isSame(value, other[key]));
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
