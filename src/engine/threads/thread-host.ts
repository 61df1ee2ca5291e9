import { Worker } from 'node:worker_threads';
import { type ErrorReport, type ProjectionistError, reportOf } from '../../errors.ts';
import { pauseAfter, rest } from '../backoff.ts';
import { Deaths } from './deaths.ts';
import type { Decision, NewDecision } from '../dead-letters/decision.ts';
import type { Host, Tell } from './host.ts';
import { Pulse } from './pulse.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import { ended, hangs, hasStopped, untouchableEvent } from './thread-faults.ts';
import { LOOK_INTERVAL, Vigil } from './vigil.ts';

export interface ThreadTask extends RunnerTask {
  /** The file that declares the projection; needed where the program has functions or upcasters. */
  readonly definitionFile: string | undefined;
}

/** What a thread is given at its start. */
export interface ThreadStart {
  readonly task: ThreadTask;
  /** The memory of its pulse. */
  readonly pulse: SharedArrayBuffer;
}

export type ThreadMessage =
  | { readonly kind: 'advance'; readonly head: number }
  | { readonly kind: 'decide'; readonly order: NewDecision }
  | { readonly kind: 'enqueue'; readonly decision: Decision }
  | { readonly kind: 'stop' };

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Megabytes of JavaScript objects in one thread: a function that takes ever more must not take the server's memory. */
const HEAP_LIMIT = 512;

/**
 * A runner in a worker thread of its own, so that a build never delays a query. A thread that ends or hangs is replaced
 * after a pause that grows; one whose runner has given up stays. An event at which thread after thread has ended is known
 * to the next one, which leaves it to the projection's policy.
 */
export class ThreadHost implements Host {
  #task: ThreadTask;
  readonly #tell: Tell;
  readonly #stopping = new AbortController();
  readonly #deaths: Deaths;
  readonly #life: Promise<void>;
  #worker: Worker | undefined;
  #head: number | undefined;
  #position = 0;
  #attempt = 0;
  #hasFailed = false;
  /** A decision that is to be made, until its answer is there: a thread that ends over it leaves it to the next. */
  #order: NewDecision | undefined;

  constructor(task: ThreadTask, tell: Tell) {
    this.#task = task;
    this.#deaths = new Deaths(task);
    this.#tell = tell;
    this.#life = this.#live();
  }

  advance(head: number): void {
    this.#head = head;
    this.#post({ kind: 'advance', head });
  }

  decide(order: NewDecision): void {
    this.#order = order;
    if (this.#worker === undefined && this.#hasFailed)
      this.#refuse(reportOf(hasStopped(this.#task.program.projection)));
    else this.#post({ kind: 'decide', order });
  }

  enqueue(decision: Decision): void {
    const { policy } = this.#task;
    // For a thread that is started in this one's place.
    if (policy !== undefined)
      this.#task = { ...this.#task, policy: { ...policy, decisions: [...policy.decisions, decision] } };
    this.#post({ kind: 'enqueue', decision });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#post({ kind: 'stop' });
    await this.#life;
  }

  async #live(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const pulse = new Pulse();
      const error = await this.#liveOnce(pulse);
      if (this.#hasFailed || this.#stopping.signal.aborted) return;
      const reading = pulse.read();
      this.#deaths.note(reading, error);
      this.#attempt += 1;
      const { untouchable, carefulUntil, fatal } = this.#deaths;
      if (untouchable !== undefined) {
        const { projection } = this.#task.program;
        this.#hear({ kind: 'failed', error: untouchableEvent(projection, untouchable, error) });
        return;
      }
      // Not the definition's code, and perhaps not over soon: nobody is to wait for it.
      if (reading.phase !== 'calling') this.#refuse(error);
      this.#task = { ...this.#task, carefulUntil, fatal };
      const pause = pauseAfter(this.#attempt);
      this.#tell({ kind: 'lost', error, retry: { attempt: this.#attempt, pause } });
      await rest(pause, this.#stopping.signal);
    }
  }

  /** Runs one thread; resolves with what ended it. */
  #liveOnce(pulse: Pulse): Promise<ErrorReport> {
    const { promise, resolve } = Promise.withResolvers<ErrorReport>();
    const { projection } = this.#task.program;
    const start: ThreadStart = { task: this.#task, pulse: pulse.memory };
    const worker = new Worker(ENTRY, {
      workerData: start,
      name: `projector ${projection}`,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT },
    });
    let error: unknown;
    worker.on('message', (report: RunnerReport) => this.#hear(report));
    worker.on('error', (thrown) => {
      error = thrown;
    });
    const stopWatching = this.#watch(pulse, (found) => {
      error = found;
      void worker.terminate();
    });
    worker.on('exit', (code) => {
      stopWatching();
      this.#worker = undefined;
      resolve(reportOf(error ?? ended(projection, code)));
    });
    this.#worker = worker;
    if (this.#order !== undefined) this.#post({ kind: 'decide', order: this.#order });
    if (this.#head !== undefined) this.#post({ kind: 'advance', head: this.#head });
    return promise;
  }

  /** Looks at the pulse until told to stop; `end` is called once, when the thread hangs. */
  #watch(pulse: Pulse, end: (error: ProjectionistError) => void): () => void {
    const vigil = new Vigil();
    let isSlow = false;
    const timer = setInterval(() => {
      const reading = pulse.read();
      const finding = vigil.look(reading, !this.#hasFailed && (this.#head ?? 0) > this.#position);
      if (finding === 'hung') {
        clearInterval(timer);
        end(hangs(this.#task.program.projection, reading));
      }
      // Told once, and over with the next report of its own.
      if (finding === 'slow' && !isSlow)
        this.#tell({
          kind: 'lost',
          error: reportOf(hangs(this.#task.program.projection, reading)),
          retry: null,
        });
      isSlow = finding === 'slow';
    }, LOOK_INTERVAL);
    return () => clearInterval(timer);
  }

  #hear(report: RunnerReport): void {
    if (report.kind === 'failed') this.#hasFailed = true;
    if ('position' in report) this.#position = report.position;
    if (report.kind === 'progress') this.#attempt = 0;
    if (report.kind === 'decided' || report.kind === 'undecided') this.#order = undefined;
    // Either stands in the generation's file from here on.
    if (report.kind === 'decided' || report.kind === 'parked') this.#deaths.forget(report.position);
    // Another thread would have nothing left to build.
    if (report.kind === 'built') this.#task = { ...this.#task, isBuild: false };
    this.#tell(report);
  }

  #refuse(error: ErrorReport): void {
    const order = this.#order;
    this.#order = undefined;
    if (order !== undefined) this.#tell({ kind: 'undecided', id: order.id, error });
  }

  #post(message: ThreadMessage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker?.postMessage(message);
  }
}
