import type { Readable } from 'node:stream';
import { beginWrite } from '../database/begin-write.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { EventCheck } from './check-event.ts';
import { importLines, type ImportOptions, type ImportResult } from './import.ts';
import { logError } from './log-damage.ts';
import { LogWriter } from './writer.ts';

/** Milliseconds to wait for another process's write. */
const LONGEST_WAIT = 30_000;
/** In KiB: keys that come in no order, like random ids, touch all of an index. */
const CACHE_SIZE = 256_000;

/** Imports NDJSON into the log at `path` through a connection of its own, in one transaction. */
export async function importInto(
  path: string,
  check: EventCheck,
  input: Readable,
  options: ImportOptions,
  onLockWait: (seconds: number) => void = () => {},
): Promise<ImportResult> {
  const stopping = new AbortController();
  input.on('error', (error) => {
    // Somebody gives it up, and does not wait for the lock. Any other error is met when the input is read.
    if (error instanceof ProjectionistError) stopping.abort(error);
  });
  const db = openDatabase(path, { purpose: 'durable', mustExist: true });
  try {
    db.pragma('busy_timeout = 0');
    db.pragma(`cache_size = -${CACHE_SIZE}`);
    const writer = new LogWriter(db);
    // So that what fails can be given back: see below.
    db.pragma('wal_checkpoint(PASSIVE)');
    const waited = await beginWrite(db, LONGEST_WAIT, stopping.signal);
    if (waited > 0) onLockWait(waited / 1000);
    writer.begin();
    const result = await importLines(input, check, { append: (event) => writer.appendOne(event) }, options);
    writer.finish();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    giveBack(db);
    throw logError(error, path);
  } finally {
    db.close();
    input.destroy();
  }
}

/**
 * Rolls an unfinished import back and frees the space that it took in the write-ahead log: on a full disk that would keep
 * it full, and neither a server nor a smaller import could begin.
 */
function giveBack(db: SqliteDatabase): void {
  try {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The import has failed of something that matters more; closing rolls back, and a later checkpoint frees the space.
  }
}
