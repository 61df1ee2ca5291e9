import { existsSync } from 'node:fs';
import { type ErrorReport, errorFrom, reportOf } from '../../errors.ts';
import { damaged } from '../apply/faults.ts';
import type { RetryPlan, RunnerReport } from '../apply/runner-report.ts';
import { persist } from '../persist.ts';
import { aimOf, type BuildPlan } from './build-plan.ts';
import type { BuildSite } from './build-site.ts';
import type { GenerationRun } from './generation-run.ts';

/**
 * queued: until another build lets it have its turn; filling: until it is whole and sealed; verifying: where it must be
 * compared with a second replay; coming level: until it has what is live; going live: until that is written down.
 */
type Stage = 'queued' | 'filling' | 'verifying' | 'coming level' | 'going live' | 'over';

/** A build from being asked for until it is live, has failed or is given up. */
export class Build {
  readonly plan: BuildPlan;
  readonly #site: BuildSite;
  #stage: Stage = 'queued';
  #run: GenerationRun | undefined;
  #isAnnounced = false;
  readonly #ending = new AbortController();
  readonly #done = Promise.withResolvers<GenerationRun>();
  readonly #turn = Promise.withResolvers<void>();

  constructor(plan: BuildPlan, site: BuildSite) {
    this.plan = plan;
    this.#site = site;
    // Nobody may be waiting; the status and a notice tell of a failure then.
    this.#done.promise.catch(() => {});
  }

  /** Undefined while it waits for its turn. */
  get run(): GenerationRun | undefined {
    return this.#run;
  }

  /** Resolves when it is live; rejects with what prevented that. */
  get done(): Promise<GenerationRun> {
    return this.#done.promise;
  }

  /** True once somebody was told that it has begun. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  /** True while what is live must not go on: the two would chase each other. */
  get isComingLevel(): boolean {
    const isClose = this.#stage === 'coming level' || this.#stage === 'going live';
    return isClose && this.#run?.error === null;
  }

  /** Begins, its turn having come. Resolves when another may have its own: at the end, or when this one has to wait. */
  async begin(): Promise<void> {
    const { departures, isPaused } = this.#site;
    try {
      await departures.done;
      await this.#persist(() => this.#start());
      // What is paused keeps nobody from having a turn.
      if (isPaused()) this.#turn.resolve();
    } catch (error) {
      this.#fail(reportOf(error));
    }
    await this.#turn.promise;
  }

  advance(head: number): void {
    this.#run?.advance(head);
  }

  /** Stands still from here on; resolves when it does. */
  async hold(): Promise<void> {
    this.#turn.resolve();
    await this.#run?.hold();
  }

  /** Goes on after `hold`. */
  async release(): Promise<void> {
    await this.#run?.release();
  }

  /** Takes in what its run reports. */
  hear(run: GenerationRun, report: RunnerReport): void {
    if (report.kind === 'opened') this.#announce(run);
    if (report.kind === 'waiting' || report.kind === 'lost') this.#wait(report);
    if (report.kind === 'failed') this.#fail(report.error);
    else this.#goOn(run);
  }

  /** Ends it for a reason that is not its own; what it has made is deleted. */
  giveUp(reason: unknown): void {
    this.#end(reason);
    this.#leave(({ generation }) => this.#site.store.discard(generation));
  }

  /** Ends it with the engine, which takes it up again at its next start. */
  async stop(reason: unknown): Promise<void> {
    this.#end(reason);
    await this.#run?.stop();
  }

  #start(): void {
    const { program, generation, mustVerify = false } = this.plan;
    const { store, startRun, context } = this.#site;
    this.#run = startRun(generation ?? store.create(program, mustVerify), aimOf(this.plan));
    this.#stage = 'filling';
    this.#run.advance(context.head());
  }

  /** Takes the next steps of its life, as far as they can be taken now. */
  #goOn(run: GenerationRun): void {
    if (this.#stage === 'filling' && run.isBuilt) {
      this.#stage = this.plan.mustVerify === true ? 'verifying' : 'coming level';
      if (this.#stage === 'verifying') this.#attempt(this.#verify(run));
    }
    // Behind what is live, it is not: answers never go back in time. What it lacks comes with its next report.
    if (this.#stage === 'coming level' && !run.lacksDecision && run.position >= this.#site.liveReach()) {
      this.#stage = 'going live';
      this.#attempt(this.#persist(() => this.#goLive(run)));
    }
  }

  /** While it is verified both it and the live generation follow the log. */
  async #verify(run: GenerationRun): Promise<void> {
    this.#site.announcer.verifying(run.generation.number);
    await this.#site.verify(run, this.#ending.signal);
    if (this.#isOver) return;
    this.#stage = 'coming level';
    run.advance(this.#site.context.head());
    this.#goOn(run);
  }

  #goLive(run: GenerationRun): void {
    const { generation, path } = run;
    const { rolledBackFrom, isReset } = this.plan;
    if (!existsSync(path)) throw damaged(generation.projection, generation.file, 'is missing');
    this.#site.store.makeLive(generation, rolledBackFrom, isReset);
    this.#stage = 'over';
    this.#site.onLive(run, this.plan);
    this.#done.resolve(run);
    this.#turn.resolve();
  }

  #fail(error: ErrorReport): void {
    if (this.#isOver) return;
    this.#end(errorFrom(error));
    this.#leave(({ generation }) => this.#site.store.fail(generation, error));
    this.#site.onFailed(this.#run?.generation.number ?? 0, error);
  }

  get #isOver(): boolean {
    return this.#stage === 'over';
  }

  #end(reason: unknown): void {
    this.#stage = 'over';
    this.#ending.abort();
    this.#done.reject(reason);
    this.#turn.resolve();
  }

  /** Lets its run go, and then what it has made; a rollback has made nothing. */
  #leave(drop: (run: GenerationRun) => void): void {
    const run = this.#run;
    if (run !== undefined) this.#site.departures.add(run, () => this.plan.isRollback || drop(run));
  }

  #attempt(step: Promise<void>): void {
    step.catch((error: unknown) => this.#fail(reportOf(error)));
  }

  /** Takes a step as soon as the disk allows it. */
  #persist(step: () => void): Promise<void> {
    const { data, scheduler } = this.#site.context;
    return persist(step, {
      path: data,
      signal: this.#ending.signal,
      scheduler,
      isWanted: () => !this.#isOver,
      onWait: (report) => {
        this.#site.noteError(report.error);
        this.#wait(report);
      },
    });
  }

  #wait(report: { error: ErrorReport; retry: RetryPlan | null }): void {
    this.#turn.resolve();
    this.#site.announcer.waiting(this.#run?.generation.number ?? 0, report);
  }

  /** Once, though its thread may be started several times. */
  #announce(run: GenerationRun): void {
    if (!this.#isAnnounced) this.#site.announcer.buildStarted(this.plan.reasons, run);
    this.#isAnnounced = true;
  }
}
