import type { KeyedRows } from './keyed-rows.ts';
import { longestIncreasing } from './longest-increasing.ts';

/** One row's change, as JSON text: see docs/live-queries.md. */
export type ChangeText = string;

/**
 * What turns one result into another: rows that left, then rows that changed where they stand, then, by ascending
 * index, rows that entered or moved. Who takes out every row that is deleted or has an index, and then puts those with
 * an index in, one after the other, has the rows of `after` in the order of `after`.
 */
export function diff(before: KeyedRows, after: KeyedRows): ChangeText[] {
  const deleted = before.keys.filter((key) => !after.rows.has(key));
  const indexes = new Map(after.keys.map((key, index) => [key, index]));
  const kept = before.keys.flatMap((key) => indexes.get(key) ?? []);
  const standing = longestIncreasing(kept);
  const replaced: ChangeText[] = [];
  const placed: ChangeText[] = [];
  for (const [index, key] of after.keys.entries()) {
    const row = after.rows.get(key) as string;
    const old = before.rows.get(key);
    if (old === undefined) placed.push(`{"type":"insert","key":${key},"index":${index},"row":${row}}`);
    else if (!standing.has(index))
      placed.push(`{"type":"update","key":${key},"index":${index},"row":${row}}`);
    else if (old !== row) replaced.push(`{"type":"update","key":${key},"row":${row}}`);
  }
  return [...deleted.map((key) => `{"type":"delete","key":${key}}`), ...replaced, ...placed];
}
