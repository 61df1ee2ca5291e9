import { type FileHandle, open, realpath } from 'node:fs/promises';
import type { SqliteDatabase } from './open.ts';

/**
 * Makes committed transactions durable without blocking the thread: SQLite commits to the write-ahead log without a sync
 * (`synchronous = NORMAL`), and the sync that FULL would do there is asked of the operating system here, on libuv's
 * threads. A commit may be acknowledged when `sync` has resolved, not before.
 *
 * A second descriptor is safe for this one file: SQLite's locks are on the database and on its -shm file
 * (https://sqlite.org/wal.html), and the file is neither deleted nor replaced while a connection is open.
 */
export class WalSync {
  readonly #db: SqliteDatabase;
  #file: FileHandle | undefined;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    db.pragma('synchronous = NORMAL');
  }

  /** Resolves when everything that was committed before the call is on disk. */
  async sync(): Promise<void> {
    // SQLite keeps it beside the file itself, not beside a symbolic link to it.
    this.#file ??= await open(`${await realpath(this.#db.name)}-wal`, 'r+');
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
