import type { SqliteDatabase } from './open.ts';

/**
 * Runs `work` in one immediate transaction and returns its answer. Immediate: the write lock is taken before anything
 * is read, so what was read cannot have changed by the time it is written.
 */
export function transact<T>(db: SqliteDatabase, work: () => T): T {
  return within(db, 'BEGIN IMMEDIATE', work);
}

/**
 * The same without a lock at the start. For a connection with attached databases that it only reads: BEGIN IMMEDIATE
 * would take the write lock of every one of them.
 */
export function transactDeferred<T>(db: SqliteDatabase, work: () => T): T {
  return within(db, 'BEGIN', work);
}

function within<T>(db: SqliteDatabase, begin: string, work: () => T): T {
  db.exec(begin);
  try {
    const answer = work();
    db.exec('COMMIT');
    return answer;
  } catch (error) {
    // Some errors (disk full, I/O, RAISE(ROLLBACK)) have already rolled the transaction back.
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
