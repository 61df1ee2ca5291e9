import { hash } from 'node:crypto';
import type { SqlValue } from './fragment.ts';
import { queryProblem } from './query-problem.ts';
import { parseExactly } from '../exact-json.ts';
import { isNullable } from './render-order.ts';
import type { Ordering } from './view-query.ts';

/**
 * A cursor: where a page ended, as text that means something to the server alone. `keys` is the JSON array of the last
 * row's ordering values, as SQLite wrote it.
 */
export function encodeCursor(order: readonly Ordering[], keys: string): string {
  return checksum(order, keys) + Buffer.from(keys).toString('base64url');
}

/** The ordering values in a cursor. Throws CURSOR_INVALID for a text that is none, or that belongs to another order. */
export function decodeCursor(text: string, order: readonly Ordering[]): SqlValue[] {
  const keys = Buffer.from(text.slice(CHECKSUM), 'base64url').toString();
  if (!/^[\w-]+$/.test(text) || checksum(order, keys) !== text.slice(0, CHECKSUM)) throw invalid();
  const values = parseExactly(keys) as unknown[];
  if (values.length !== order.length) throw invalid();
  return values.map((value, index) => valueOf(value, order[index] as Ordering));
}

function valueOf(value: unknown, ordering: Ordering): SqlValue {
  if (value === null && isNullable(ordering)) return null;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (isNumber || typeof value === 'string') return value;
  throw invalid();
}

/** By the order of a plan, which is the same for many cursors. */
const signatures = new WeakMap<readonly Ordering[], string>();

function signatureOf(order: readonly Ordering[]): string {
  const known = signatures.get(order);
  if (known !== undefined) return known;
  const signature = JSON.stringify(
    order.map(({ field, embedded, isDescending, nulls }) => [
      embedded ?? null,
      field.column.name,
      field.path,
      field.isText,
      isDescending,
      nulls,
    ]),
  );
  signatures.set(order, signature);
  return signature;
}

/** Characters of the checksum, which tells a damaged cursor from a good one. It keeps no secret: there is none to keep. */
const CHECKSUM = 8;

function checksum(order: readonly Ordering[], keys: string): string {
  return hash('sha256', signatureOf(order) + keys, 'base64url').slice(0, CHECKSUM);
}

function invalid(): Error {
  return queryProblem(
    'CURSOR_INVALID',
    'The parameter after is no cursor of this server, or belongs to another order',
    'Follow the Link: rel="next" of an answer as it is, or begin without after.',
  );
}
