import type { Decision, NewDecision } from '../../src/engine/dead-letters/decision.ts';
import type { Host, Tell } from '../../src/engine/threads/host.ts';
import { pauseAfter } from '../../src/engine/backoff.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Runner } from '../../src/engine/apply/runner.ts';
import type { RunnerTask } from '../../src/engine/apply/runner-task.ts';
import type { RunnerReport } from '../../src/engine/apply/runner-report.ts';
import { ended } from '../../src/engine/threads/thread-faults.ts';
import { reportOf } from '../../src/errors.ts';
import type { LoadedProjection } from '../../src/projection/load.ts';
import type { SimulatedClock } from './simulated-scheduler.ts';

export interface HostWorld {
  readonly clock: SimulatedClock;
  readonly random: () => number;
}

/**
 * A thread without the thread: messages to the runner and reports from it wait until the simulation lets them through,
 * and so does each of its batches. It may die, and is then replaced as `ThreadHost` replaces a thread.
 */
export class SimulatedHost implements Host {
  #task: RunnerTask;
  readonly #loaded: LoadedProjection;
  readonly #tell: Tell;
  readonly #world: HostWorld;
  readonly #inbox: (() => void)[] = [];
  readonly #outbox: (() => void)[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #stopped = Promise.withResolvers<void>();
  #runner: Runner | undefined;
  #head: number | undefined;
  #attempt = 0;
  #isStopping = false;
  #hasFailed = false;
  /** A decision that is to be made, until its answer is there. */
  #order: NewDecision | undefined;
  /** True from when its thread has died until the next one runs. */
  isLost = false;

  constructor(task: Omit<RunnerTask, 'budget'>, loaded: LoadedProjection, tell: Tell, world: HostWorld) {
    this.#task = { ...task, budget: 1 };
    this.#loaded = loaded;
    this.#tell = tell;
    this.#world = world;
    this.#begin();
  }

  get path(): string {
    return this.#task.path;
  }

  get canDie(): boolean {
    return this.#runner !== undefined && !this.#isStopping && !this.#hasFailed;
  }

  /** True while the next thread is waited for, and everybody has heard of it. */
  get waitsForThread(): boolean {
    return this.isLost && !this.#isStopping && !this.#hasFailed && this.#outbox.length === 0;
  }

  advance(head: number): void {
    this.#head = head;
    this.#post((runner) => runner.advance(head));
  }

  decide(order: NewDecision): void {
    this.#order = order;
    this.#post((runner) => runner.decide(order));
  }

  enqueue(decision: Decision): void {
    const { policy } = this.#task;
    if (policy !== undefined)
      this.#task = { ...this.#task, policy: { ...policy, decisions: [...policy.decisions, decision] } };
    this.#post((runner) => runner.enqueue(decision));
  }

  stop(): Promise<void> {
    this.#isStopping = true;
    const leave = (): void => this.#stopped.resolve();
    if (this.#runner === undefined) leave();
    this.#post((runner) => void runner.stop().then(() => this.#outbox.push(leave)));
    return this.#stopped.promise;
  }

  /** What can happen next: a message arrives, a report arrives, the next batch begins. */
  moves(): (() => void)[] {
    return [this.#inbox, this.#outbox, this.#turns]
      .filter((queue) => queue.length > 0)
      .map((queue) => () => queue.shift()?.());
  }

  /** Ends the thread between two batches; what it had been told and had not taken up yet is gone. */
  async die(isLastReportLost: boolean): Promise<void> {
    const runner = this.#runner;
    this.#runner = undefined;
    this.isLost = true;
    this.#inbox.length = 0;
    if (isLastReportLost) this.#outbox.pop();
    const stopped = runner?.stop();
    for (const go of this.#turns.splice(0)) go();
    await stopped;
    this.#outbox.push(() => this.#replace());
  }

  #replace(): void {
    if (this.#isStopping || this.#hasFailed) return this.#stopped.resolve();
    this.#attempt += 1;
    const pause = pauseAfter(this.#attempt, this.#world.random);
    const error = reportOf(ended(this.#task.program.projection, 1));
    if (this.#order !== undefined) this.#tell({ kind: 'undecided', id: this.#order.id, error });
    this.#order = undefined;
    this.#tell({ kind: 'lost', error, retry: { attempt: this.#attempt, pause } });
    this.#world.clock.after(pause, () => {
      if (this.#isStopping) this.#stopped.resolve();
      else this.#begin();
    });
  }

  #begin(): void {
    this.isLost = false;
    const { clock, random } = this.#world;
    const scheduler = clock.scheduler((go) => this.#turns.push(go));
    const batch = {
      get size() {
        return 1 + Math.floor(random() * 12);
      },
      learn: () => {},
    };
    const runner: Runner = new Runner(
      this.#task,
      codeOf(this.#loaded.compiled),
      (report) => {
        if (this.#runner === runner || this.#runner === undefined)
          this.#outbox.push(() => this.#hear(report));
      },
      // A disk's pace is not the simulation's to decide.
      { scheduler, batch, makeSync: () => undefined },
    );
    this.#runner = runner;
    const order = this.#order;
    if (order !== undefined) this.decide(order);
    if (this.#head !== undefined) this.advance(this.#head);
  }

  #hear(report: RunnerReport): void {
    if (report.kind === 'failed') this.#hasFailed = true;
    if (report.kind === 'progress') this.#attempt = 0;
    if (report.kind === 'decided' || report.kind === 'undecided') this.#order = undefined;
    if (report.kind === 'built') this.#task = { ...this.#task, isBuild: false };
    this.#tell(report);
  }

  #post(message: (runner: Runner) => void): void {
    const runner = this.#runner;
    if (runner !== undefined) this.#inbox.push(() => message(runner));
  }
}
