import { type FileHandle, open, realpath } from 'node:fs/promises';
import { ProjectionistError } from '../errors.ts';
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
  #hasFailed = false;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    db.pragma('synchronous = NORMAL');
  }

  /** True after a sync that failed, until `mend` has succeeded. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Resolves when everything that was committed before the call is on disk. */
  async sync(): Promise<void> {
    try {
      // SQLite keeps it beside the file itself, not beside a symbolic link to it.
      this.#file ??= await open(`${await realpath(this.#db.name)}-wal`, 'r+');
      await this.#file.datasync();
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /**
   * After a sync that failed, the next one may succeed without having written what the first was for
   * (https://wiki.postgresql.org/wiki/Fsync_Errors), and SQLite reads a write-ahead log only up to the first frame that is
   * torn. So everything in it is brought into the database file, with syncs, and the log begins anew. Throws what still
   * keeps the disk from that.
   */
  mend(): void {
    if (!this.#hasFailed) return;
    this.#db.pragma('synchronous = FULL');
    try {
      const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      if (result?.busy !== 0)
        throw new ProjectionistError(
          'STORAGE_FAILED',
          'A write could not be synced, and readers keep it from being redone',
          {
            hint: 'It is tried again with the next append.',
          },
        );
      this.#hasFailed = false;
    } finally {
      this.#db.pragma('synchronous = NORMAL');
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
