import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ViewDescription } from '../projection/program.ts';

type Row = Readonly<Record<string, unknown>>;

/** Throws an AssertionError, whose stack starts at the caller of `from`, unless both have the same rows in any order. */
export function requireEqualRows(
  view: ViewDescription,
  actual: readonly object[],
  expected: readonly object[],
  from: (...values: never[]) => unknown,
): void {
  const rows = {
    actual: inOrder(view, actual as readonly Row[]),
    expected: inOrder(view, expected as readonly Row[]),
  };
  if (isDeepStrictEqual(rows.actual, rows.expected)) return;
  throw new AssertionError({
    ...rows,
    message: `The rows of ${view.name} are not those expected`,
    // The operator for which node:assert appends the difference to the message.
    operator: 'deepStrictEqual',
    stackStartFn: from,
  });
}

/** Copies of the rows, by their primary key, or by all columns where there is none. */
function inOrder(view: ViewDescription, rows: readonly Row[]): Row[] {
  const isKey = (name: string) => view.primaryKey.length === 0 || view.primaryKey.includes(name);
  const keys = view.columns.filter(({ name }) => isKey(name)).map(({ key }) => key);
  return rows.map((row) => ({ ...row })).toSorted((left, right) => compareBy(keys, left, right));
}

function compareBy(keys: readonly string[], left: Row, right: Row): number {
  for (const key of keys) {
    const order = compare(left[key], right[key]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Any order will do, so long as it is the same for both sides. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [left, right].map(comparable) as [string | number | bigint, string | number | bigint];
  if (typeof a === 'string' || typeof b === 'string')
    return String(a) < String(b) ? -1 : Number(String(a) > String(b));
  return a < b ? -1 : Number(a > b);
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  if (value instanceof Date) return value.getTime();
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (JSON.stringify(value) ?? '');
}
