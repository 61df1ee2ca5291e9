import Table from 'cli-table3';
import { writeExactly } from '../exact-json.ts';

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

const WIDEST_CELL = 48;

/** Rows as text columns under their heads; numbers to the right. The last columns go where `width` has no room for them. */
export function table(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const text = draw(head, rows);
  const widest = Math.max(...text.split('\n').map((each) => each.length));
  if (widest <= width || head.length <= 2) return text;
  return table(
    head.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
    width,
  );
}

function draw(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const out = new Table({
    head: [...head],
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, index) => (isNumeric(rows, index) ? 'right' : 'left')),
  });
  out.push(...rows.map((row) => row.map(cell)));
  return out.toString().replaceAll(/[ \t]+$/gm, '');
}

function cell(value: unknown): string {
  const text = textOf(value);
  // Control characters of somebody's data must not drive the terminal.
  const safe = text.replaceAll(/\p{Cc}/gu, ' ');
  return safe.length > WIDEST_CELL ? `${safe.slice(0, WIDEST_CELL - 1)}…` : safe;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : writeExactly(value);
}

function isNumeric(rows: readonly (readonly unknown[])[], index: number): boolean {
  return rows.length > 0 && rows.every((row) => /^[\d,]+$/.test(textOf(row[index])));
}
