import { beginWrite } from '../database/begin-write.ts';
import type { SqliteDatabase } from '../database/open.ts';
import { WalSync } from '../database/wal-sync.ts';
import { ProjectionistError } from '../errors.ts';
import { logError } from './log-damage.ts';
import type { LogFile } from './log-file.ts';
import type { AppendedEvent, AppendRequest, LogWriter } from './writer.ts';

interface Waiting {
  readonly request: AppendRequest;
  readonly resolve: (events: AppendedEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Who hears of a group's fate, in seconds. */
export interface CommitListener {
  /** It is on disk; the time leaves waiting for the lock out. */
  onCommit(seconds: number): void;
  onLockWait(seconds: number): void;
}

/** Milliseconds for which an append waits while another process holds the log's write lock. */
const LONGEST_WAIT = 30_000;

/**
 * Groups the appends that arrive together into one transaction, so that many requests share one fsync. Each request
 * stands in a savepoint of its own: one that fails is undone alone. The fsync does not block the thread, and what arrives
 * during it makes the next group.
 */
export class GroupCommit {
  readonly #db: SqliteDatabase;
  readonly #writer: LogWriter;
  readonly #file: LogFile;
  readonly #listener: CommitListener;
  readonly #sync: WalSync;
  #isSyncing = false;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(db: SqliteDatabase, writer: LogWriter, file: LogFile, listener: CommitListener) {
    this.#db = db;
    this.#writer = writer;
    this.#file = file;
    this.#listener = listener;
    this.#sync = new WalSync(db);
  }

  /** True while the log holds events that are committed and not yet on disk: nobody must act on them. */
  get isSyncing(): boolean {
    return this.#isSyncing || this.#sync.hasFailed;
  }

  /** True while appends are being written. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when the events are on disk. */
  append(request: AppendRequest): Promise<AppendedEvent[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Answers every append that was asked for, and lets go of the file. */
  async close(): Promise<void> {
    await this.#running;
    await this.#sync.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whatever else this turn of the event loop brings joins the group.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.#waiting;
      this.#waiting = [];
      await this.#commit(group);
    }
    this.#running = undefined;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      this.#file.requireSame();
      this.#sync.mend();
      const waited = await beginWrite(this.#db, LONGEST_WAIT);
      if (waited > 0) this.#listener.onLockWait(waited / 1000);
      const started = performance.now();
      const answers = this.#writeAll(group);
      this.#isSyncing = true;
      this.#db.exec('COMMIT');
      await this.#sync.sync();
      // Last: what went to a file without a name is not acknowledged.
      this.#file.requireSame();
      this.#isSyncing = false;
      for (const answer of answers) answer();
      this.#listener.onCommit((performance.now() - started) / 1000);
    } catch (error) {
      this.#isSyncing = false;
      if (this.#db.open && this.#db.inTransaction) this.#db.exec('ROLLBACK');
      for (const { reject } of group) reject(logError(error, this.#db.name));
    }
  }

  #writeAll(group: readonly Waiting[]): (() => void)[] {
    this.#writer.begin();
    const answers = group.map((waiting) => this.#write(waiting, group.length > 1));
    this.#writer.finish();
    return answers;
  }

  #write({ request, resolve, reject }: Waiting, isShared: boolean): () => void {
    if (isShared) this.#db.exec('SAVEPOINT request');
    try {
      const events = this.#writer.append(request);
      if (isShared) this.#db.exec('RELEASE request');
      return () => resolve(events);
    } catch (error) {
      // A storage error fails the whole group; only a refusal of this one request is answered alone.
      if (!isShared || !(error instanceof ProjectionistError)) throw error;
      this.#db.exec('ROLLBACK TO request; RELEASE request');
      this.#writer.undo();
      return () => reject(error);
    }
  }
}
