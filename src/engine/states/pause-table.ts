import type { SqliteDatabase } from '../../database/open.ts';
import type { Pause } from './status.ts';

/** The catalogue's pauses: a projection that somebody paused stays so after a restart. */
export class PauseTable {
  static readonly migration = `CREATE TABLE pauses (
    projection TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    by TEXT,
    reason TEXT
  ) STRICT, WITHOUT ROWID`;

  readonly #db: SqliteDatabase;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  find(projection: string): Pause | null {
    const statement = this.#db.prepare('SELECT since, by, reason FROM pauses WHERE projection = ?');
    return (statement.get(projection) as Pause | undefined) ?? null;
  }

  add(projection: string, { since, by, reason }: Pause): void {
    this.#db.prepare('INSERT INTO pauses VALUES (?, ?, ?, ?)').run(projection, since, by, reason);
  }

  remove(projection: string): void {
    this.#db.prepare('DELETE FROM pauses WHERE projection = ?').run(projection);
  }
}
