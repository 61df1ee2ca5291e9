/** Rows of a result in order, each under the text of its key. A row that did not change stays the same object. */
export type Row = Readonly<Record<string, unknown>>;

export interface KeyedRow {
  readonly key: string;
  readonly row: Row;
}

interface Change {
  readonly type: 'insert' | 'update' | 'delete';
  readonly key: Row;
  readonly index?: number;
  readonly row?: Row;
}

/** What a live answer or a replay sends: see docs/live-queries.md. */
export interface RowMessage {
  readonly position: number;
  readonly time?: string;
  readonly rows?: readonly Row[];
  readonly changes?: readonly Change[];
}

/** The rows after a message, and how many it changed. */
export function after(
  before: readonly KeyedRow[],
  { rows, changes = [] }: RowMessage,
  primaryKey: readonly string[],
): { readonly rows: readonly KeyedRow[]; readonly changed: number } {
  if (rows !== undefined) return { rows: keyed(rows, primaryKey), changed: rows.length };
  if (changes.length === 0) return { rows: before, changed: 0 };
  const taken = new Set<string>();
  const replaced = new Map<string, Row>();
  for (const { type, key, index, row } of changes) {
    const text = JSON.stringify(key);
    if (type === 'delete' || index !== undefined) taken.add(text);
    else if (row !== undefined) replaced.set(text, row);
  }
  const result = before.flatMap((each) => {
    if (taken.has(each.key)) return [];
    const row = replaced.get(each.key);
    return [row === undefined ? each : { key: each.key, row }];
  });
  for (const { index, key, row } of changes)
    if (index !== undefined && row !== undefined) result.splice(index, 0, { key: JSON.stringify(key), row });
  return { rows: result, changed: changes.length };
}

/** Rows without a key are told apart by where they stand. */
function keyed(rows: readonly Row[], primaryKey: readonly string[]): KeyedRow[] {
  return rows.map((row, index) => {
    if (primaryKey.length === 0) return { key: String(index), row };
    return { key: JSON.stringify(Object.fromEntries(primaryKey.map((name) => [name, row[name]]))), row };
  });
}
