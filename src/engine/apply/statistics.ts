import type { SqliteDatabase } from '../../database/open.ts';

/** The rows of each index that ANALYZE looks at: its time does not grow with the table. */
const SAMPLE = 400;
/** Events after which the statistics of a small view are out of date; those of a large one after a tenth of its events. */
const FEWEST_EVENTS = 10_000;

/** Has SQLite's planner, and counts that go by it, know a generation's tables as they are now: some milliseconds. */
export function analyze(db: SqliteDatabase): void {
  // Each names its schema: without one, SQLite would do it to the attached log too.
  db.pragma(`analysis_limit = ${SAMPLE}`);
  db.exec('ANALYZE main');
}

/** Keeps the statistics of a generation up to date that follows the log, as nobody else writes its file. */
export class Statistics {
  readonly #db: SqliteDatabase;
  #dueAt: number;

  constructor(db: SqliteDatabase, position: number) {
    this.#db = db;
    const isAnalyzed = db.prepare("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'").get();
    this.#dueAt = isAnalyzed === undefined ? FEWEST_EVENTS : dueAfter(position);
  }

  /** Call between transactions, with the position that is reached. */
  reached(position: number): void {
    if (position < this.#dueAt) return;
    this.#dueAt = dueAfter(position);
    analyze(this.#db);
  }
}

function dueAfter(position: number): number {
  return position + Math.max(FEWEST_EVENTS, Math.ceil(position / 10));
}
