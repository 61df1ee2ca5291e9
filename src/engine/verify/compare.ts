import type { SqliteDatabase } from '../../database/open.ts';
import { jsonAround } from '../../projection/column-json.ts';
import { quoteName, textLiteral } from '../../projection/literal.ts';
import type { Program, ViewColumn, ViewDescription } from '../../projection/program.ts';
import type { KeyValue } from '../history/change-recorder.ts';
import type { JsonRow } from '../history/row-change.ts';
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

/**
 * Compares every view of the main database with the one that is attached as `replayed`: row by row along the keys, which
 * needs no digest and no memory, and finds the very rows. Rows of a view without a key are compared as a bag.
 */
export function compareView(db: SqliteDatabase, view: ViewDescription): ViewComparison {
  const { name } = view;
  const count = (schema: string): number =>
    db
      .prepare(`SELECT count(*) FROM ${schema}.${quoteName(name)}`)
      .pluck()
      .get() as number;
  const [rows, replayed] = [count('main'), count(REPLAYED)];
  const own = db
    .prepare(`SELECT count(*) FROM (${unmatchedSql(view, 'main', REPLAYED)})`)
    .pluck()
    .get() as number;
  // Rows that are the same are equally many on both sides.
  if (own === 0 && rows === replayed) return { view: name, rows, differing: 0 };
  const missing = db
    .prepare(`SELECT count(*) FROM (${missingSql(view)})`)
    .pluck()
    .get() as number;
  return { view: name, rows, differing: own + missing };
}

/** The first row that differs, by key. Undefined where none does. */
export function firstDifference(db: SqliteDatabase, view: ViewDescription): DifferingRow | undefined {
  if (view.primaryKey.length === 0) return firstOfBag(db, view);
  const keys = view.primaryKey.map(quoteName).join(', ');
  const order = view.primaryKey.map((_, at) => at + 1).join(', ');
  const key = db
    .prepare(
      `${keySql(unmatchedSql(view, 'main', REPLAYED), keys)} UNION ${keySql(missingSql(view), keys)} ORDER BY ${order} LIMIT 1`,
    )
    .raw()
    .safeIntegers()
    .get() as KeyValue[] | undefined;
  if (key === undefined) return undefined;
  return { view, key, live: rowAt(db, 'main', view, key), replayed: rowAt(db, REPLAYED, view, key) };
}

function keySql(rows: string, keys: string): string {
  return `SELECT ${keys} FROM (${rows})`;
}

/** The rows of one side that the other does not have, or not like this. */
function unmatchedSql(view: ViewDescription, side: string, other: string): string {
  if (view.primaryKey.length === 0) return `${bagSql(view, side)} EXCEPT ${bagSql(view, other)}`;
  const same = [
    ...view.primaryKey.map((column) => `b.${quoteName(column)} = a.${quoteName(column)}`),
    ...view.columns.filter(({ name }) => !view.primaryKey.includes(name)).flatMap(isSame),
  ];
  return (
    `SELECT * FROM ${side}.${quoteName(view.name)} AS a WHERE NOT EXISTS ` +
    `(SELECT 1 FROM ${other}.${quoteName(view.name)} AS b WHERE ${same.join(' AND ')})`
  );
}

/** The rows that only the replay has. */
function missingSql(view: ViewDescription): string {
  if (view.primaryKey.length === 0) return unmatchedSql(view, REPLAYED, 'main');
  const same = view.primaryKey.map((column) => `a.${quoteName(column)} = b.${quoteName(column)}`);
  return (
    `SELECT * FROM ${REPLAYED}.${quoteName(view.name)} AS b WHERE NOT EXISTS ` +
    `(SELECT 1 FROM main.${quoteName(view.name)} AS a WHERE ${same.join(' AND ')})`
  );
}

function isSame({ name, sqlType }: ViewColumn): string[] {
  const column = quoteName(name);
  // Without a type of its own a column may hold 1 and 1.0, which IS takes for the same.
  const types = sqlType === 'ANY' ? [`typeof(b.${column}) = typeof(a.${column})`] : [];
  return [`b.${column} IS a.${column}`, ...types];
}

/** Each row once, with how often it is there. */
function bagSql({ name, columns }: ViewDescription, schema: string): string {
  const list = columns.map((column) => quoteName(column.name)).join(', ');
  return `SELECT ${list}, count(*) AS projectionist_times FROM ${schema}.${quoteName(name)} GROUP BY ${list}`;
}

function firstOfBag(db: SqliteDatabase, view: ViewDescription): DifferingRow | undefined {
  const first = (side: string, other: string): JsonRow | null => {
    const rows = unmatchedSql(view, side, other);
    const text = db
      .prepare(`SELECT ${objectSql(view)} FROM (${rows}) LIMIT 1`)
      .pluck()
      .get() as string | undefined;
    return text === undefined ? null : (JSON.parse(text) as JsonRow);
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
  return text === undefined ? null : (JSON.parse(text) as JsonRow);
}

function objectSql({ columns }: ViewDescription): string {
  const values = columns.map(
    (column) => `${textLiteral(column.name)}, ${jsonAround(column).join(quoteName(column.name))}`,
  );
  return `json_object(${values.join(', ')})`;
}

/** Tables and triggers of the views that are not what the program makes: somebody has altered the file. */
export function alteredParts(db: SqliteDatabase, program: Program): string[] {
  const names = program.views.map(() => '?').join(', ');
  const parts = (schema: string) =>
    `SELECT type || ' ' || name AS part, sql FROM ${schema}.sqlite_schema WHERE type IN ('table', 'trigger') AND tbl_name IN (${names})`;
  const views = program.views.map(({ name }) => name);
  const differing = (one: string, other: string): string[] =>
    db
      .prepare(`SELECT part FROM (${parts(one)} EXCEPT ${parts(other)})`)
      .pluck()
      .all(...views, ...views) as string[];
  return [...new Set([...differing('main', REPLAYED), ...differing(REPLAYED, 'main')])].toSorted();
}
