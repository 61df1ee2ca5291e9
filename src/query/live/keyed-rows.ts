/** Rows of a result as JSON text, in the order of the result, each under the text of its key, such as `{"id":"A-1"}`. */
export interface KeyedRows {
  readonly keys: readonly string[];
  readonly rows: ReadonlyMap<string, string>;
}

export function keyedRows(rows: readonly { readonly key: string; readonly row: string }[]): KeyedRows {
  const byKey = new Map(rows.map(({ key, row }) => [key, row]));
  return { keys: [...byKey.keys()], rows: byKey };
}
