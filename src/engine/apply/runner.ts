import { storageError } from '../../database/storage-error.ts';
import { reportOf } from '../../errors.ts';
import { findLogDamage } from '../../event-log/log-damage.ts';
import { pauseAfter } from '../backoff.ts';
import { BatchSize } from './batch-size.ts';
import type { Decision, NewDecision } from '../dead-letters/decision.ts';
import { damaged, isDamage, isStorageFault } from './faults.ts';
import { FedFile } from './fed-file.ts';
import type { Fed, MakeSync } from './open-fed.ts';
import type { ProgramCode } from './program-code.ts';
import type { Projector } from './projector.ts';
import { Pulse } from '../threads/pulse.ts';
import type { RetryPlan, RunnerReport } from './runner-report.ts';
import type { RunnerTask } from './runner-task.ts';
import { EVENT_LOOP, type Scheduler } from '../scheduler.ts';

/** What a runner has around it; what is left out is what it is in production. */
export interface Surroundings {
  readonly pulse?: Pulse;
  readonly scheduler?: Scheduler;
  /** Chooses how many positions a batch spans. */
  readonly batch?: Pick<BatchSize, 'size' | 'learn'>;
  /** What syncs a build while it grows. */
  readonly makeSync?: MakeSync;
}

/** Up to so many events are applied where they are heard of, without a turn of the event loop. */
const LIVE_BATCH = 200;

/**
 * Keeps one generation up with the log. `advance` says how far the log reaches; between batches the event loop gets its
 * turn, so that a stop or a new head is heard. The same code runs in a worker thread and on the caller's own.
 */
export class Runner {
  readonly #task: RunnerTask;
  readonly #file: FedFile;
  readonly #tell: (report: RunnerReport) => void;
  readonly #batch: Pick<BatchSize, 'size' | 'learn'>;
  readonly #pulse: Pulse;
  readonly #scheduler: Scheduler;
  readonly #stopping = new AbortController();
  #head = 0;
  /** Decisions that were made since the task was given. */
  readonly #later: Decision[] = [];
  /** True until the generation is sealed; one that is followed is from the start. */
  #isBuilding: boolean;
  #attempt = 0;
  #hasFailed = false;
  #work: Promise<void> | undefined;

  constructor(
    task: RunnerTask,
    code: ProgramCode,
    tell: (report: RunnerReport) => void,
    surroundings: Surroundings = {},
  ) {
    this.#task = task;
    this.#pulse = surroundings.pulse ?? new Pulse();
    this.#scheduler = surroundings.scheduler ?? EVENT_LOOP;
    this.#file = new FedFile(task, code, surroundings.makeSync);
    this.#tell = tell;
    this.#isBuilding = task.isBuild;
    this.#batch = surroundings.batch ?? new BatchSize(task.budget);
  }

  /** Says that the log reaches to `head`. What can be done at once is done before this returns. */
  advance(head: number): void {
    this.#head = Math.max(this.#head, head);
    if (this.#work !== undefined || this.#isOver || this.#tryStep()) return;
    this.#work = this.#catchUp().finally(() => {
      this.#work = undefined;
      // The log may have grown since the last look: while the generation was sealed, for one.
      if (this.#isBehind) this.advance(this.#head);
    });
  }

  /** Makes a decision about dead letters where the generation stands, and tells what it came to. */
  decide(order: NewDecision): void {
    try {
      const { projector } = this.#open();
      this.#pulse.apply(projector.position, projector.position);
      const made = projector.decide(order);
      const { position, parked } = projector;
      this.#tell({ kind: 'decided', id: order.id, ...made, position, parked });
    } catch (error) {
      this.#tell({ kind: 'undecided', id: order.id, error: reportOf(error) });
    } finally {
      this.#pulse.enter('idle');
    }
  }

  /** Takes up a decision that was made on the live generation, while this one is built. */
  enqueue(decision: Decision): void {
    this.#later.push(decision);
    const projector = this.#file.fed?.projector;
    // What is not open yet tells when it is.
    if (projector === undefined) return;
    try {
      projector.enqueue(decision);
      projector.carryOutDue();
      const { position, parked, lastDecision } = projector;
      this.#tell({ kind: 'enqueued', position, parked, decision: lastDecision });
    } catch (error) {
      if (this.#report(error)) this.advance(this.#head);
    }
  }

  /** Finishes the batch at hand and closes the generation. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    await this.#file.leave();
  }

  get #isOver(): boolean {
    return this.#hasFailed || this.#stopping.signal.aborted;
  }

  get #isBehind(): boolean {
    const { fed } = this.#file;
    return !this.#isOver && fed !== undefined && fed.projector.position < this.#head;
  }

  /** The usual live case: a few events, and nothing in the way. */
  #tryStep(): boolean {
    const { fed } = this.#file;
    if (fed === undefined || this.#isBuilding) return false;
    if (fed.projector.nextDecisionAt !== undefined) return false;
    if (this.#head - fed.projector.position > LIVE_BATCH) return false;
    try {
      this.#step(fed, 1);
      return !this.#isBehind;
    } catch {
      // Whatever it is, the loop meets it again, and deals with it there.
      return false;
    }
  }

  async #catchUp(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#run();
        return;
      } catch (error) {
        const retry = this.#report(error);
        if (retry === undefined) return;
        this.#pulse.enter('resting');
        await this.#scheduler.rest(retry.pause, this.#stopping.signal);
      }
    }
  }

  async #run(): Promise<void> {
    const fed = this.#open();
    const { projector, sync } = fed;
    const share = projector.share(this.#head);
    projector.carryOutDue();
    while (this.#isBehind) {
      this.#step(fed, share);
      projector.carryOutDue();
      sync?.ask();
      await this.#scheduler.turn();
      // A decision that failed meanwhile has closed it.
      if (!this.#isOver && this.#file.fed !== fed) return this.#run();
    }
    if (!this.#isBuilding || this.#isOver) return;
    await sync?.settled();
    if (this.#isOver) return;
    if (this.#file.fed === fed) this.#seal(projector);
    else await this.#run();
  }

  #step({ projector, statistics }: Fed, share: number): void {
    const from = projector.position;
    if (from >= this.#head) return;
    const isCareful = from < (this.#task.carefulUntil ?? 0);
    const span = isCareful ? 1 : Math.ceil(this.#batch.size / Math.max(share, 1 / 1000));
    const to = Math.min(this.#head, from + span, projector.nextDecisionAt ?? Infinity);
    const started = this.#scheduler.now();
    this.#pulse.apply(from, to);
    this.#apply(projector, to, share);
    // A build is analyzed when it is sealed.
    if (!this.#isBuilding) statistics.reached(projector.position);
    this.#pulse.enter('idle');
    if (to - from >= span && !isCareful) this.#batch.learn(this.#scheduler.now() - started);
    this.#attempt = 0;
  }

  #apply(projector: Projector, to: number, share: number): void {
    const from = projector.position;
    const started = performance.now();
    try {
      projector.applyOrPark(to, share, (parked) =>
        this.#tell({ kind: 'parked', parked: projector.parked, ...parked }),
      );
    } finally {
      const { position, parked } = projector;
      const seconds = (performance.now() - started) / 1000;
      const batch = { from, startedAt: performance.timeOrigin + started, seconds };
      if (position > from) this.#tell({ kind: 'progress', position, parked, batch });
    }
  }

  #seal(projector: Projector): void {
    this.#pulse.enter('settling');
    this.#file.seal();
    this.#isBuilding = false;
    this.#pulse.enter('idle');
    const { position, parked } = projector;
    this.#tell({ kind: 'built', position, parked });
  }

  #open(): Fed {
    if (this.#file.fed !== undefined) return this.#file.fed;
    this.#pulse.enter('settling');
    const opened = this.#file.open(this.#later, this.#isBuilding);
    this.#pulse.enter('idle');
    const { position, parked, lastDecision } = opened.projector;
    this.#tell({ kind: 'opened', position, parked, decision: lastDecision });
    return opened;
  }

  /** Tells of an error; answers when to try again, where that is worth it. */
  #report(error: unknown): RetryPlan | undefined {
    const { path } = this.#task;
    if (isStorageFault(error)) {
      this.#attempt += 1;
      const retry = { attempt: this.#attempt, pause: pauseAfter(this.#attempt, this.#scheduler.random) };
      this.#tell({ kind: 'waiting', error: reportOf(storageError(error, path)), retry });
      // The next attempt opens the files anew: an old handle may be what is in the way.
      this.#file.fail(error);
      return retry;
    }
    this.#hasFailed = true;
    // Nobody is to take the batch that it has given up for one that it is still at.
    this.#pulse.enter('idle');
    const isForeign = isDamage(error) && (error as { code: string }).code !== 'GENERATION_DAMAGED';
    const fault = isForeign ? this.#damage(error) : error;
    this.#tell({ kind: 'failed', error: reportOf(fault) });
    return undefined;
  }

  /** Whose damage it is: the log is attached to the same connection. */
  #damage(error: unknown): unknown {
    const { path, program, logPath } = this.#task;
    const checkpoint = this.#file.fed?.projector.position ?? 0;
    return findLogDamage(logPath, checkpoint) ?? damaged(program.projection, path, 'is damaged', error);
  }
}
