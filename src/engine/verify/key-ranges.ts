import type { SqliteDatabase } from '../../database/open.ts';
import { quoteName } from '../../projection/literal.ts';
import type { ViewDescription } from '../../projection/program.ts';
import type { KeyValue } from '../history/change-recorder.ts';

/** The rows of a view whose keys come after one and up to another: a condition on the table `alias`, with its values. */
export interface KeyRange {
  readonly where: (alias: string) => string;
  readonly values: readonly KeyValue[];
}

/**
 * Takes the rows that a view with a key has in several schemas apart, in the order of the key, so that none of them has
 * more than `size` rows in one range. Together the ranges hold every key there can be.
 */
export function* keyRanges(
  db: SqliteDatabase,
  { name, primaryKey }: ViewDescription,
  schemas: readonly string[],
  size: number,
): Generator<KeyRange, void> {
  const keys = primaryKey.map(quoteName).join(', ');
  const order = primaryKey.map((_, at) => at + 1).join(', ');
  const row = `(${primaryKey.map(() => '?').join(', ')})`;
  let after: readonly KeyValue[] | undefined;
  for (;;) {
    const from = after === undefined ? '' : ` WHERE (${keys}) > ${row}`;
    const ends = schemas.map(
      (schema) =>
        `SELECT * FROM (SELECT ${keys} FROM ${schema}.${quoteName(name)}${from} ORDER BY ${keys} LIMIT 1 OFFSET ${size - 1})`,
    );
    const end = db
      .prepare(`${ends.join(' UNION ALL ')} ORDER BY ${order} LIMIT 1`)
      .raw()
      .safeIntegers()
      .get(...schemas.flatMap(() => after ?? [])) as KeyValue[] | undefined;
    yield rangeOf(primaryKey, row, after, end);
    if (end === undefined) return;
    after = end;
  }
}

function rangeOf(
  primaryKey: readonly string[],
  row: string,
  after: readonly KeyValue[] | undefined,
  end: readonly KeyValue[] | undefined,
): KeyRange {
  const where = (alias: string): string => {
    const own = `(${primaryKey.map((column) => `${alias}.${quoteName(column)}`).join(', ')})`;
    const bounds = [
      ...(after === undefined ? [] : [`${own} > ${row}`]),
      ...(end === undefined ? [] : [`${own} <= ${row}`]),
    ];
    return bounds.length === 0 ? 'true' : bounds.join(' AND ');
  };
  return { where, values: [...(after ?? []), ...(end ?? [])] };
}
