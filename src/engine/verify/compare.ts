import type { SqliteDatabase } from '../../database/open.ts';
import { parseExactly } from '../../exact-json.ts';
import { jsonAround } from '../../projection/column-json.ts';
import { quoteName, textLiteral } from '../../projection/literal.ts';
import type { ViewColumn, ViewDescription } from '../../projection/program.ts';
import type { KeyValue } from '../history/change-recorder.ts';
import type { JsonRow } from '../history/row-change.ts';
import { bagDigest } from './bag-digest.ts';
import { type KeyRange, keyRanges } from './key-ranges.ts';
import type { ViewComparison } from './verification.ts';

/** The name under which the replayed generation is attached. */
export const REPLAYED = 'replayed';

export interface DifferingRow {
  readonly view: ViewDescription;
  /** The stored values of its key; empty where the view has none. */
  readonly key: readonly KeyValue[];
  /** Null where the row is not there. */
  readonly live: JsonRow | null;
  readonly replayed: JsonRow | null;
}

/** One view as it is on both sides. */
export interface ComparedView {
  readonly comparison: ViewComparison;
  /** The first row, by key, that differs; undefined where none does. */
  readonly first: DifferingRow | undefined;
}

/** Rows that are compared at once: some milliseconds, for which a caller's own thread may be held. */
const STEP = 4_000;

/**
 * Compares a view of the main database with the one that is attached as `replayed`: row by row along the keys, which
 * needs no digest and no memory, and finds the very rows. Rows of a view without a key are compared as a bag. Yields
 * between steps.
 */
export function compareView(db: SqliteDatabase, view: ViewDescription): Generator<void, ComparedView> {
  return view.primaryKey.length === 0 ? compareBags(db, view) : compareByKey(db, view);
}

function* compareByKey(db: SqliteDatabase, view: ViewDescription): Generator<void, ComparedView> {
  let [rows, differing] = [0, 0];
  let first: DifferingRow | undefined;
  for (const range of keyRanges(db, view, ['main', REPLAYED], STEP)) {
    const count = (sql: string): number =>
      db
        .prepare(`SELECT count(*) FROM (${sql})`)
        .pluck()
        .get(...range.values) as number;
    const of = (side: string) =>
      `SELECT 1 FROM ${side}.${quoteName(view.name)} AS a WHERE ${range.where('a')}`;
    const own = count(unmatchedSql(view, range));
    const here = count(of('main'));
    // Rows that are the same are equally many on both sides.
    const isSame = own === 0 && here === count(of(REPLAYED));
    rows += here;
    if (!isSame) {
      differing += own + count(missingSql(view, range));
      first ??= firstDifference(db, view, range);
    }
    yield;
  }
  return { comparison: { view: view.name, rows, differing }, first };
}

function* compareBags(db: SqliteDatabase, view: ViewDescription): Generator<void, ComparedView> {
  const own = yield* bagDigest(db, view, 'main', STEP);
  const other = yield* bagDigest(db, view, REPLAYED, STEP);
  const { rows } = own;
  if (rows === other.rows && own.digest === other.digest)
    return { comparison: { view: view.name, rows, differing: 0 }, first: undefined };
  const count = (sql: string): number => db.prepare(`SELECT count(*) FROM (${sql})`).pluck().get() as number;
  const differing = count(unmatchedBag(view, 'main', REPLAYED)) + count(unmatchedBag(view, REPLAYED, 'main'));
  return { comparison: { view: view.name, rows, differing }, first: firstOfBag(db, view) };
}

function firstDifference(
  db: SqliteDatabase,
  view: ViewDescription,
  range: KeyRange,
): DifferingRow | undefined {
  const keys = view.primaryKey.map(quoteName).join(', ');
  const order = view.primaryKey.map((_, at) => at + 1).join(', ');
  const key = db
    .prepare(
      `${keySql(unmatchedSql(view, range), keys)} UNION ${keySql(missingSql(view, range), keys)} ORDER BY ${order} LIMIT 1`,
    )
    .raw()
    .safeIntegers()
    .get(...range.values, ...range.values) as KeyValue[] | undefined;
  if (key === undefined) return undefined;
  return { view, key, live: rowAt(db, 'main', view, key), replayed: rowAt(db, REPLAYED, view, key) };
}

function keySql(rows: string, keys: string): string {
  return `SELECT ${keys} FROM (${rows})`;
}

/** The rows of a range that the replay does not have, or not like this. */
function unmatchedSql({ name, primaryKey, columns }: ViewDescription, { where }: KeyRange): string {
  const same = [
    ...primaryKey.map((column) => `b.${quoteName(column)} = a.${quoteName(column)}`),
    ...columns.filter((column) => !primaryKey.includes(column.name)).flatMap(isSame),
  ];
  return (
    `SELECT * FROM main.${quoteName(name)} AS a WHERE ${where('a')} AND NOT EXISTS ` +
    `(SELECT 1 FROM ${REPLAYED}.${quoteName(name)} AS b WHERE ${same.join(' AND ')})`
  );
}

/** The rows of a range that only the replay has. */
function missingSql({ name, primaryKey }: ViewDescription, { where }: KeyRange): string {
  const same = primaryKey.map((column) => `a.${quoteName(column)} = b.${quoteName(column)}`);
  return (
    `SELECT * FROM ${REPLAYED}.${quoteName(name)} AS b WHERE ${where('b')} AND NOT EXISTS ` +
    `(SELECT 1 FROM main.${quoteName(name)} AS a WHERE ${same.join(' AND ')})`
  );
}

function isSame({ name, sqlType }: ViewColumn): string[] {
  const column = quoteName(name);
  // Without a type of its own a column may hold 1 and 1.0, which IS takes for the same.
  const types = sqlType === 'ANY' ? [`typeof(b.${column}) = typeof(a.${column})`] : [];
  return [`b.${column} IS a.${column}`, ...types];
}

function unmatchedBag(view: ViewDescription, side: string, other: string): string {
  return `${bagSql(view, side)} EXCEPT ${bagSql(view, other)}`;
}

/** Each row once, with how often it is there. */
function bagSql({ name, columns }: ViewDescription, schema: string): string {
  const list = columns.map((column) => quoteName(column.name)).join(', ');
  return `SELECT ${list}, count(*) AS projectionist_times FROM ${schema}.${quoteName(name)} GROUP BY ${list}`;
}

function firstOfBag(db: SqliteDatabase, view: ViewDescription): DifferingRow | undefined {
  const first = (side: string, other: string): JsonRow | null => {
    const rows = unmatchedBag(view, side, other);
    const text = db
      .prepare(`SELECT ${objectSql(view)} FROM (${rows}) LIMIT 1`)
      .pluck()
      .get() as string | undefined;
    return text === undefined ? null : (parseExactly(text) as JsonRow);
  };
  const live = first('main', REPLAYED);
  const replayed = live === null ? first(REPLAYED, 'main') : null;
  return live === null && replayed === null ? undefined : { view, key: [], live, replayed };
}

function rowAt(
  db: SqliteDatabase,
  schema: string,
  view: ViewDescription,
  key: readonly KeyValue[],
): JsonRow | null {
  const where = view.primaryKey.map((column) => `${quoteName(column)} = ?`).join(' AND ');
  const text = db
    .prepare(`SELECT ${objectSql(view)} FROM ${schema}.${quoteName(view.name)} WHERE ${where}`)
    .pluck()
    .get(...key) as string | undefined;
  return text === undefined ? null : (parseExactly(text) as JsonRow);
}

function objectSql({ columns }: ViewDescription): string {
  const values = columns.map(
    (column) => `${textLiteral(column.name)}, ${jsonAround(column).join(quoteName(column.name))}`,
  );
  return `json_object(${values.join(', ')})`;
}
