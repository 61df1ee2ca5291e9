import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import type { Program, ViewDescription } from '../../projection/program.ts';
import { NOW } from './recording-program.ts';
import { readingSql, recordingSql, skippingSql } from './recording-sql.ts';
import { changesOf, type RecordedWrite, type RowChange } from './row-change.ts';

/** A value of a key as SQLite stores it. */
export type KeyValue = string | number | bigint | Uint8Array | null;

export interface RecordedView {
  readonly name: string;
  /** The row that is to be recorded, by the values of its key in the key's order; every row where it is left out. */
  readonly key?: readonly KeyValue[] | undefined;
  /** Of all rows of the view only that one is written: for a `rowProgram`, which needs no other. */
  readonly isAlone?: boolean;
  /**
   * Which versions of rows may be shown, as a condition on the view's columns. What may not is told as if it were not
   * there: a row that comes into sight is an insert.
   */
  readonly visible?: Condition | undefined;
}

/** A condition in SQL with its values, which the query side has written. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly KeyValue[];
}

/**
 * Records what a projector writes, through TEMP triggers on the views' tables: they and what they record vanish with the
 * connection. The program that is fed must be a `recordingProgram`, and is set up after this. Views keep the full-text
 * triggers of their own.
 */
export class ChangeRecorder {
  readonly #views: readonly ViewRecorder[];

  constructor(db: SqliteDatabase, program: Program, views: readonly RecordedView[]) {
    db.exec(`CREATE TEMP TABLE ${NOW} (position INTEGER NOT NULL); INSERT INTO temp.${NOW} VALUES (0)`);
    this.#views = views.map((recorded, index) => {
      const view = program.views.find(({ name }) => name === recorded.name) as ViewDescription;
      return new ViewRecorder(db, view, `projectionist_writes_${index}`, recorded);
    });
  }

  /** What has been recorded since the last call, in the order of positions. */
  take(): RowChange[] {
    const changes = this.#views.flatMap((view) => view.take());
    return this.#views.length === 1 ? changes : changes.toSorted((a, b) => a.position - b.position);
  }
}

class ViewRecorder {
  readonly #view: ViewDescription;
  readonly #visible: Condition | undefined;
  readonly #read: SqliteStatement;
  readonly #clear: SqliteStatement;

  constructor(
    db: SqliteDatabase,
    view: ViewDescription,
    table: string,
    { key, isAlone, visible }: RecordedView,
  ) {
    this.#view = view;
    this.#visible = visible;
    for (const sql of recordingSql(view, table, key !== undefined)) db.exec(sql);
    if (key !== undefined)
      db.prepare(`INSERT INTO temp.${table}_key VALUES (${key.map(() => '?').join(', ')})`).run(...key);
    if (isAlone === true) db.exec(skippingSql(view, table));
    this.#read = db.prepare(readingSql(view, table, visible));
    this.#clear = db.prepare(`DELETE FROM temp.${table}`);
  }

  take(): RowChange[] {
    const values = this.#visible?.values ?? [];
    // Once for the version before, once for the one after
    const writes = this.#read.all(...values, ...values) as RecordedWrite[];
    if (writes.length > 0) this.#clear.run();
    return changesOf(this.#view.name, this.#view.primaryKey, writes);
  }
}
