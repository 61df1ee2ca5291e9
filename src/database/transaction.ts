import type { SqliteDatabase } from './open.ts';

/**
 * Runs `work` in one immediate transaction and returns its answer. Immediate: the write lock is taken before anything
 * is read, so what was read cannot have changed by the time it is written.
 */
export function transact<T>(db: SqliteDatabase, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
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
