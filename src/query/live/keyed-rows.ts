/** Rows of a result as JSON text, in the order of the result, each under the text of its key. */
export interface KeyedRows {
  readonly keys: readonly string[];
  readonly rows: ReadonlyMap<string, string>;
}

/** Rows under the JSON of the columns that identify them, such as `{"id":"A-1"}`. */
export function keyedRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  key: readonly string[],
): KeyedRows {
  const texts = new Map<string, string>();
  for (const row of rows) texts.set(JSON.stringify(row, key as string[]), JSON.stringify(row));
  return { keys: [...texts.keys()], rows: texts };
}
