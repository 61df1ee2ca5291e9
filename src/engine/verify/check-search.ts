import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { isNumbered } from '../../projection/describe-view.ts';
import { quoteName, textLiteral } from '../../projection/literal.ts';
import type { ViewDescription } from '../../projection/program.ts';
import { ROW_NUMBER, searchTable } from '../../projection/search-sql.ts';

/** Rows that are indexed at once. */
const STEP = 1_000;
/** Words between two pauses. */
const WORDS = 5_000;

/**
 * Whether a view's full-text index says what its rows do: they are indexed once more, in a temporary table, and the two
 * indexes compared word by word. SQLite's own check of an index against its table needs to write
 * (https://sqlite.org/fts5.html#the_integrity_check_command), and the file is another's. Yields between steps.
 */
export function* isSearchWhole(db: SqliteDatabase, view: ViewDescription): Generator<void, boolean> {
  // The file is open for reading only, and stays so: this lets temporary tables be written.
  db.pragma('query_only = OFF');
  const again = `${searchTable(view.name)}_again`;
  const columns = view.searchColumns.map(quoteName).join(', ');
  db.exec(`CREATE VIRTUAL TABLE temp.${quoteName(again)} USING fts5 (${columns}, content='')`);
  yield* indexAgain(db, view, again, columns);
  const words = [
    wordsOf(db, view, 'main', searchTable(view.name)),
    wordsOf(db, view, 'temp', again),
  ] as const;
  const [live, own] = [words[0].iterate(), words[1].iterate()];
  try {
    for (let count = 1; ; count += 1) {
      const [one, other] = [live.next(), own.next()];
      if (one.done === true || other.done === true) return one.done === other.done;
      if (JSON.stringify(one.value) !== JSON.stringify(other.value)) return false;
      if (count % WORDS === 0) yield;
    }
  } finally {
    live.return?.();
    own.return?.();
  }
}

function* indexAgain(
  db: SqliteDatabase,
  view: ViewDescription,
  again: string,
  columns: string,
): Generator<void, void> {
  const row = quoteName(isNumbered(view) ? (view.primaryKey[0] as string) : ROW_NUMBER);
  const from = `main.${quoteName(view.name)} WHERE ${row} > ?`;
  const end = db
    .prepare(`SELECT max(number) FROM (SELECT ${row} AS number FROM ${from} ORDER BY ${row} LIMIT ${STEP})`)
    .pluck()
    .safeIntegers();
  const index = db.prepare(
    `INSERT INTO temp.${quoteName(again)} (rowid, ${columns}) SELECT ${row}, ${columns} FROM ${from} AND ${row} <= ?`,
  );
  for (let after = -(2n ** 63n); ;) {
    const last = end.get(after) as bigint | null;
    if (last === null) return;
    index.run(after, last);
    after = last;
    yield;
  }
}

/** A prime below 2³¹, so that the square of a remainder is still a whole number. */
const PRIME = 2_147_483_647;

/** Each word of an index with how often it is there, and a sum over its places that takes no notice of their order. */
function wordsOf(db: SqliteDatabase, view: ViewDescription, schema: string, table: string): SqliteStatement {
  const words = `${schema}_${table}_words`;
  db.exec(
    `CREATE VIRTUAL TABLE temp.${quoteName(words)} USING fts5vocab (${textLiteral(schema)}, ${textLiteral(table)}, 'instance')`,
  );
  const column = view.searchColumns.map((name, at) => `WHEN ${textLiteral(name)} THEN ${at + 1}`).join(' ');
  const place = `(doc % ${PRIME} * 48271 + "offset" * 69621 + CASE col ${column} END * 16807) % ${PRIME}`;
  return db
    .prepare(
      `SELECT term, count(*), sum(place * place % ${PRIME}) FROM (SELECT term, ${place} AS place FROM temp.${quoteName(words)}) GROUP BY term`,
    )
    .raw();
}
