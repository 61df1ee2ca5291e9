import { Worker } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../errors.ts';
import { backOff } from './faults.ts';
import type { Host, Tell } from './host.ts';
import type { RunnerReport, RunnerTask } from './runner.ts';

export interface ThreadTask extends RunnerTask {
  /** The file that declares the projection; needed where the program has functions or upcasters. */
  readonly definitionFile: string | undefined;
}

export type ThreadMessage = { readonly kind: 'advance'; readonly head: number } | { readonly kind: 'stop' };

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * A runner in a worker thread of its own, so that a build never delays a query. A thread that dies is started again,
 * after a pause that grows; one whose runner has given up stays.
 */
export class ThreadHost implements Host {
  #task: ThreadTask;
  readonly #tell: Tell;
  readonly #stopping = new AbortController();
  readonly #life: Promise<void>;
  #worker: Worker | undefined;
  #head: number | undefined;
  #attempt = 0;
  #hasFailed = false;

  constructor(task: ThreadTask, tell: Tell) {
    this.#task = task;
    this.#tell = tell;
    this.#life = this.#live();
  }

  advance(head: number): void {
    this.#head = head;
    this.#post({ kind: 'advance', head });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#post({ kind: 'stop' });
    await this.#life;
  }

  async #live(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const error = await this.#liveOnce();
      if (this.#hasFailed || this.#stopping.signal.aborted) return;
      this.#attempt += 1;
      this.#tell({ kind: 'waiting', error: reportOf(error), attempt: this.#attempt });
      await backOff(this.#attempt, this.#stopping.signal);
    }
  }

  /** Runs one thread; resolves with what ended it. */
  #liveOnce(): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const worker = new Worker(ENTRY, {
      workerData: this.#task,
      name: `projector ${this.#task.program.projection}`,
    });
    let error: unknown;
    worker.on('message', (report: RunnerReport) => this.#hear(report));
    worker.on('error', (thrown) => {
      error = thrown;
    });
    worker.on('exit', (code) => {
      this.#worker = undefined;
      resolve(
        error ??
          new ProjectionistError('PROJECTION_STOPPED', `The projector's thread ended with code ${code}`),
      );
    });
    this.#worker = worker;
    if (this.#head !== undefined) this.#post({ kind: 'advance', head: this.#head });
    return promise;
  }

  #hear(report: RunnerReport): void {
    if (report.kind === 'failed') this.#hasFailed = true;
    if (report.kind === 'progress') this.#attempt = 0;
    // Another thread would have nothing left to build.
    if (report.kind === 'built') this.#task = { ...this.#task, isBuild: false };
    this.#tell(report);
  }

  #post(message: ThreadMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker?.postMessage(message);
  }
}
