import { parseExactly, writeExactly } from '../exact-json.ts';

/** Rows, as the text of a JSON array of objects, as CSV (RFC 4180) with a header. Null is empty, and JSON stays JSON. */
export function toCsv(columns: readonly string[], body: string): string {
  const rows = parseExactly(body) as Readonly<Record<string, unknown>>[];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return [columns.map(cell).join(','), ...lines].join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = textOf(value);
  return /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : writeExactly(value);
}
