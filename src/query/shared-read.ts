import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';

/**
 * One read transaction for all that is asked within one turn of the event loop: its locks cost more than what a look-up by
 * key reads. It begins with the second question of a turn, as one alone would gain nothing, and ends with the turn at the
 * latest. Whoever hears of a commit before that ends it, so that nobody is answered from before what he has waited for.
 */
export class SharedRead {
  readonly #db: SqliteDatabase;
  readonly #begin: SqliteStatement;
  readonly #commit: SqliteStatement;
  #isAwaited = false;
  #isOpen = false;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#commit = db.prepare('COMMIT');
  }

  /** A question is about to be asked. */
  join(): void {
    if (this.#isOpen) return;
    if (!this.#isAwaited) {
      this.#isAwaited = true;
      setImmediate(() => {
        this.#isAwaited = false;
        this.end();
      });
      return;
    }
    // Somebody's own, on the same connection.
    if (this.#db.inTransaction) return;
    this.#begin.run();
    this.#isOpen = true;
  }

  /** What is asked from now on sees everything that is committed by then. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A query that met a fault of the disk may have ended it, and who closed the connection has.
    if (this.#db.open && this.#db.inTransaction) this.#commit.run();
  }
}
