import { join } from 'node:path';
import { type ErrorReport, errorFrom, ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { Generation } from '../catalog.ts';
import type { Decision, NewDecision } from '../dead-letters/decision.ts';
import { type DecidedReport, PendingDecisions } from '../dead-letters/pending-decisions.ts';
import type { runAside } from '../aside/run-aside.ts';
import { MARK_SUFFIX, peekCheckpoint } from './generation-file.ts';
import type { Host } from '../threads/host.ts';
import { hasCodeOf } from '../apply/program-code.ts';
import { errorPolicy } from '../apply/error-policy.ts';
import type { RetryPlan, RunnerReport } from '../apply/runner-report.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Retry } from '../states/status.ts';
import { makeHost } from '../threads/make-host.ts';

export interface RunContext {
  readonly data: string;
  readonly logPath: string;
  readonly logId: string;
  readonly now: () => Date;
  /** The id of the event at a position of the log; undefined where there is none. */
  readonly eventIdAt: (position: number) => string | undefined;
  /** What was decided about a projection's dead letters so far. */
  readonly decisions: (projection: string) => Decision[];
  /** Node's event loop, where none is given. */
  readonly scheduler?: Scheduler;
  /** Where runners run: in threads, where nothing is given. */
  readonly makeHost?: typeof makeHost;
  /** Where verifications run: in threads too. */
  readonly runAside?: typeof runAside;
}

/** To fill a new generation; to fill one without the decisions about dead letters; to bring back one that was live before; to keep the live one up with the log. */
export type RunAim = 'build' | 'reset' | 'return' | 'follow';

/** One generation at work: its host, and what is known of it from the host's reports. */
export class GenerationRun {
  readonly generation: Generation;
  readonly path: string;
  /** When it was opened; until then, when that began. */
  startedAt = performance.now();
  startPosition = 0;
  position = 0;
  /** How far it was told that the log reaches: it will not go past that. */
  told = 0;
  /** True when it is sealed, and only follows the log. */
  isBuilt: boolean;
  /** False until its position is known. */
  isOpen = false;
  movedAt: string | null = null;
  /** Partitions that are parked. */
  parked = 0;
  /** Set while something is in the way, and when the runner has given up. */
  error: ErrorReport | null = null;
  retry: Retry | null = null;
  /** True while its thread has ended or hangs, until the next one has moved. */
  isLost = false;
  hasFailed = false;
  /** False where the code that the generation was built with is gone: it stays as it is until it is replaced. */
  readonly #canRun: boolean;
  readonly #makeHost: () => Host;
  /** The last decisions, by their ids, that it was told of and that it has told of. */
  #wanted = 0;
  #known = 0;
  readonly #now: () => Date;
  readonly #deciding = new PendingDecisions();
  readonly #onReport: (run: GenerationRun, report: RunnerReport) => void;
  #host: Host | undefined;
  /** Resolves when the hosts that were let go have closed the file. */
  #left: Promise<unknown> = Promise.resolve();
  #isHeld: boolean;

  constructor(
    generation: Generation,
    aim: RunAim,
    loaded: LoadedProjection,
    context: RunContext,
    onReport: (run: GenerationRun, report: RunnerReport) => void,
    isHeld = false,
  ) {
    this.generation = generation;
    this.isBuilt = aim === 'follow';
    this.path = join(context.data, generation.file);
    this.#now = context.now;
    this.#onReport = onReport;
    const { logPath, logId } = context;
    const { path } = this;
    const { program } = generation;
    this.#canRun = hasCodeOf(loaded.compiled, program);
    const hostOf = context.makeHost ?? makeHost;
    this.#makeHost = () =>
      hostOf(
        {
          path,
          program,
          logPath,
          logId,
          isBuild: !this.isBuilt,
          hasBeenLive: aim === 'return' || aim === 'follow',
          policy: errorPolicy(loaded, aim === 'reset' ? [] : context.decisions(generation.projection)),
        },
        loaded,
        (report) => this.#hear(report),
        path + MARK_SUFFIX,
      );
    this.#isHeld = isHeld;
    if (this.#canRun && !isHeld) this.#host = this.#makeHost();
    else this.#look();
  }

  /** True while a decision about dead letters has not reached it: its rows lack what was decided, or it has passed the place. */
  get lacksDecision(): boolean {
    return this.#known < this.#wanted;
  }

  get isFrozen(): boolean {
    return !this.#canRun;
  }

  advance(head: number): void {
    this.told = head;
    this.#host?.advance(head);
  }

  /**
   * Makes a decision about dead letters where the generation stands. Rejects with NOT_PARKED, and where nothing works on
   * the generation.
   */
  decide(order: NewDecision): Promise<DecidedReport> {
    if (this.#host === undefined) return Promise.reject(frozen(this.generation.projection));
    const decided = this.#deciding.add(order.id);
    this.#host.decide(order);
    return decided;
  }

  /** Takes up a decision that was made on the live generation. */
  enqueue(decision: Decision): void {
    this.#wanted = Math.max(this.#wanted, decision.id);
    this.#host?.enqueue(decision);
  }

  /** Stands still from here on; resolves when the batch at hand is finished and the file closed. */
  async hold(): Promise<void> {
    this.#isHeld = true;
    this.#letGo();
    await this.#left;
    if (!this.hasFailed) this.#clear();
  }

  /** Goes on after `hold`. */
  async release(): Promise<void> {
    this.#isHeld = false;
    await this.#left;
    if (this.#isHeld || !this.#canRun || this.#host !== undefined) return;
    this.#host = this.#makeHost();
    this.#host.advance(this.told);
  }

  async stop(): Promise<void> {
    this.#isHeld = true;
    this.#letGo();
    await this.#left;
  }

  #letGo(): void {
    const stopped = this.#host?.stop();
    this.#host = undefined;
    // What it was still asked to decide it has decided by then, or never will.
    this.#left = Promise.all([this.#left, stopped]).then(() =>
      this.#deciding.refuse(frozen(this.generation.projection)),
    );
  }

  /** Seconds since this run began. */
  seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Positions a second in that time. */
  rate(): number {
    const seconds = this.seconds();
    return seconds > 0 ? (this.position - this.startPosition) / seconds : 0;
  }

  /** Without a host there is nobody to report the position. */
  #look(): void {
    const checkpoint = peekCheckpoint(this.path);
    this.position = checkpoint?.position ?? 0;
    this.parked = checkpoint?.parked ?? 0;
    this.isOpen = true;
  }

  #hear(report: RunnerReport): void {
    if ('parked' in report) this.parked = report.parked;
    if (report.kind === 'opened' || report.kind === 'enqueued') this.#known = report.decision;
    if (report.kind === 'opened') this.#noteOpening(report.position);
    else if (report.kind === 'decided' || report.kind === 'undecided') this.#deciding.settle(report);
    else if ('position' in report) this.#notePosition(report.position);
    else this.#noteError(report);
    if (report.kind === 'built') this.isBuilt = true;
    // A local host reports from inside `advance`; its owner hears of it when it has finished what it was doing.
    queueMicrotask(() => this.#onReport(this, report));
  }

  #noteOpening(position: number): void {
    this.isOpen = true;
    this.position = position;
    this.startedAt = performance.now();
    this.startPosition = position;
    // What was in the way may be so still: only a step shows. Where there is none to take, this must do.
    if (position >= this.told) this.#clear();
  }

  #notePosition(position: number): void {
    this.#clear();
    if (position > this.position) this.movedAt = this.#now().toISOString();
    this.position = position;
  }

  #noteError(report: Extract<RunnerReport, { error: ErrorReport }>): void {
    const { kind, error } = report;
    // The host of a thread that has ended says itself what becomes of a decision.
    if (kind !== 'lost') this.#deciding.refuse(errorFrom(error));
    this.error = error;
    this.isLost = kind === 'lost';
    this.hasFailed = kind === 'failed';
    this.retry = 'retry' in report && report.retry !== null ? this.#retry(report.retry, error) : null;
  }

  #retry({ attempt, pause }: RetryPlan, error: ErrorReport): Retry {
    return { attempt, nextAt: new Date(this.#now().getTime() + pause).toISOString(), error };
  }

  #clear(): void {
    this.error = null;
    this.retry = null;
    this.isLost = false;
  }
}

function frozen(projection: string): ProjectionistError {
  return new ProjectionistError(
    'PROJECTION_STOPPED',
    `Nothing works on the live generation of ${projection}`,
    {
      hint: `GET /projections/${projection} says why.`,
      evidence: { projection },
    },
  );
}
