import { hash } from 'node:crypto';
import type { SqliteDatabase } from '../../database/open.ts';
import { quoteName } from '../../projection/literal.ts';
import type { ViewDescription } from '../../projection/program.ts';

const MODULUS = 2 ** 48;

/**
 * A digest of a view's rows that takes no notice of their order, for rows without a key: the sum of what each of them
 * hashes to. Yields after every `size` rows.
 */
export function* bagDigest(
  db: SqliteDatabase,
  { name, columns }: ViewDescription,
  schema: string,
  size: number,
): Generator<void, { readonly rows: number; readonly digest: string }> {
  const text = columns.map((column) => `quote(${quoteName(column.name)})`).join(" || ',' || ");
  const read = db
    .prepare(
      `SELECT rowid AS number, ${text} AS text FROM ${schema}.${quoteName(name)} WHERE rowid > ? ORDER BY rowid LIMIT ${size}`,
    )
    .safeIntegers();
  let [rows, low, high, after] = [0, 0, 0, -(2n ** 63n)];
  for (;;) {
    const found = read.all(after) as { number: bigint; text: string }[];
    for (const each of found) {
      const bytes = hash('sha256', each.text, 'buffer');
      low = (low + bytes.readUIntBE(0, 6)) % MODULUS;
      high = (high + bytes.readUIntBE(6, 6)) % MODULUS;
    }
    rows += found.length;
    after = found.at(-1)?.number ?? after;
    if (found.length < size) return { rows, digest: `${low} ${high}` };
    yield;
  }
}
