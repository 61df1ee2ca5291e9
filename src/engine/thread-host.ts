import { Worker } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../errors.ts';
import type { Host, Tell } from './host.ts';
import type { RunnerReport, RunnerTask } from './runner.ts';

export interface ThreadTask extends RunnerTask {
  /** The file that declares the projection; needed where the program has functions or upcasters. */
  readonly definitionFile: string | undefined;
}

export type ThreadMessage = { readonly kind: 'advance'; readonly head: number } | { readonly kind: 'stop' };

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** A runner in a worker thread of its own, so that a build never delays a query. */
export class ThreadHost implements Host {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #isStopping = false;
  #hasFailed = false;

  constructor(task: ThreadTask, tell: Tell) {
    this.#worker = new Worker(ENTRY, { workerData: task, name: `projector ${task.program.projection}` });
    this.#worker.on('message', (report: RunnerReport) => {
      if (report.kind === 'failed') this.#hasFailed = true;
      tell(report);
    });
    const die = (error: unknown): void => {
      if (this.#isStopping || this.#hasFailed) return;
      this.#hasFailed = true;
      tell({ kind: 'failed', position: 0, error: reportOf(error) });
    };
    this.#worker.on('error', die);
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        die(new ProjectionistError('PROJECTION_STOPPED', `The projector's thread ended with code ${code}`));
        resolve();
      });
    });
  }

  advance(head: number): void {
    this.#worker.postMessage({ kind: 'advance', head } satisfies ThreadMessage);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#worker.postMessage({ kind: 'stop' } satisfies ThreadMessage);
    await this.#exited;
  }
}
