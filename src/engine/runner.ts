import { setTimeout as delay } from 'node:timers/promises';
import { applyPragmas, type SqliteDatabase } from '../database/open.ts';
import { storageError } from '../database/storage-error.ts';
import { type ErrorReport, reportOf } from '../errors.ts';
import type { Program } from '../projection/program.ts';
import { BatchSize } from './batch-size.ts';
import { connectFeed, openGeneration, sealGeneration } from './generation-file.ts';
import { isStorageFault, type ProgramCode, Projector } from './projector.ts';

/** What a runner works on. */
export interface RunnerTask {
  readonly path: string;
  readonly logPath: string;
  readonly logId: string;
  readonly program: Program;
  /** True to fill a generation at bulk settings and seal it when it has caught up. */
  readonly isBuild: boolean;
  /** Milliseconds that one batch may hold the thread. */
  readonly budget: number;
}

/** What a runner tells, in the order in which it happens. */
export type RunnerReport =
  | { readonly kind: 'opened'; readonly position: number }
  | { readonly kind: 'progress'; readonly position: number }
  /** The generation is whole, durable and at `position`; from here on the runner follows the log. */
  | { readonly kind: 'built'; readonly position: number }
  /** The disk or a lock is in the way; the runner tries again by itself. */
  | { readonly kind: 'waiting'; readonly error: ErrorReport; readonly attempt: number }
  /** An event cannot be applied, or the generation is of no use: the runner has stopped. */
  | { readonly kind: 'failed'; readonly position: number; readonly error: ErrorReport };

const LONGEST_PAUSE = 5_000;

/**
 * Keeps one generation up with the log. `advance` says how far the log reaches; between batches the event loop gets its
 * turn, so that a stop or a new head is heard. The same code runs in a worker thread and on the caller's own.
 */
export class Runner {
  readonly #task: RunnerTask;
  readonly #tell: (report: RunnerReport) => void;
  readonly #db: SqliteDatabase;
  readonly #projector: Projector;
  readonly #batch: BatchSize;
  #head = 0;
  #isBuilding: boolean;
  readonly #stopping = new AbortController();
  #hasFailed = false;
  #work: Promise<void> | undefined;

  /** Opens the generation. Throws what keeps it from being opened. */
  constructor(task: RunnerTask, code: ProgramCode, tell: (report: RunnerReport) => void) {
    this.#task = task;
    this.#tell = tell;
    this.#isBuilding = task.isBuild;
    this.#batch = new BatchSize(task.budget);
    this.#db = openGeneration(task.path, task.program, task.logId, task.isBuild ? 'bulk' : 'derived');
    try {
      connectFeed(this.#db, task.program, task.logPath);
      this.#projector = new Projector(this.#db, task.program, code);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    tell({ kind: 'opened', position: this.#projector.position });
  }

  /** Says that the log reaches to `head`. What can be done at once is done before this returns. */
  advance(head: number): void {
    this.#head = Math.max(this.#head, head);
    if (this.#work !== undefined || this.#hasFailed || this.#stopping.signal.aborted) return;
    // The usual live case, a few events and nothing in the way, needs no turn of the event loop.
    if (!this.#isBuilding && this.#head - this.#projector.position <= LIVE_BATCH && this.#tryStep()) return;
    this.#work = this.#catchUp().finally(() => {
      this.#work = undefined;
    });
  }

  /** Finishes the batch at hand and closes the generation. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    if (this.#db.open) this.#db.close();
  }

  #tryStep(): boolean {
    try {
      this.#step(1);
      return true;
    } catch {
      // Whatever it is, the loop meets it again, and deals with it there.
      return false;
    }
  }

  async #catchUp(): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted && !this.#hasFailed; ) {
      try {
        await this.#run();
        return;
      } catch (error) {
        attempt += 1;
        if (!this.#report(error, attempt)) return;
        await this.#pause(attempt);
      }
    }
  }

  /** Exponential backoff with jitter, cut short by a stop. */
  async #pause(attempt: number): Promise<void> {
    const milliseconds = Math.min(LONGEST_PAUSE, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #run(): Promise<void> {
    // Again after sealing: the log may have grown in the meantime.
    do {
      const share = this.#projector.share(this.#head);
      while (this.#projector.position < this.#head && !this.#stopping.signal.aborted) {
        this.#step(share);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.#isBuilding && !this.#stopping.signal.aborted) this.#seal();
    } while (this.#projector.position < this.#head && !this.#stopping.signal.aborted);
  }

  #step(share: number): void {
    const from = this.#projector.position;
    if (from >= this.#head) return;
    const span = Math.ceil(this.#batch.size / Math.max(share, 1 / 1000));
    const to = Math.min(this.#head, from + span);
    const started = performance.now();
    this.#applyOrNarrow(to, share);
    if (to - from >= span) this.#batch.learn(performance.now() - started);
    this.#tell({ kind: 'progress', position: this.#projector.position });
  }

  #applyOrNarrow(to: number, share: number): void {
    try {
      this.#projector.apply(to, share);
    } catch (error) {
      if (isStorageFault(error)) throw error;
      const culprit = this.#projector.applyAround(to);
      if (culprit !== undefined) throw culprit;
    }
  }

  #seal(): void {
    sealGeneration(this.#db, this.#task.program);
    applyPragmas(this.#db, 'derived');
    this.#isBuilding = false;
    this.#tell({ kind: 'built', position: this.#projector.position });
  }

  /** Tells of an error; true when it is worth trying again. */
  #report(error: unknown, attempt: number): boolean {
    if (isStorageFault(error)) {
      this.#tell({ kind: 'waiting', error: reportOf(storageError(error, this.#task.path)), attempt });
      return true;
    }
    this.#hasFailed = true;
    this.#tell({ kind: 'failed', position: this.#projector.position, error: reportOf(error) });
    return false;
  }
}

const LIVE_BATCH = 200;
