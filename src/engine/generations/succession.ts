import { existsSync } from 'node:fs';
import { type ErrorReport, errorFrom, reportOf } from '../../errors.ts';
import { Announcer } from '../states/announcer.ts';
import { Build, closing, replaced } from './build.ts';
import { aimOf, type BuildPlan } from './build-plan.ts';
import type { Generation } from '../catalog.ts';
import { damaged } from '../apply/faults.ts';
import { Departures } from './departures.ts';
import type { GenerationRun, RunAim } from './generation-run.ts';
import type { GenerationStore } from './generation-store.ts';
import { obstacleTo } from '../states/obstacles.ts';
import { persist } from '../persist.ts';
import { PositionWaiters } from '../position-waiters.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import type { Pause, ProjectionStatus } from '../states/status.ts';
import type { SuccessionContext, SuccessionOwner } from './succession-context.ts';

/**
 * The live generation of a projection and the one that is built to follow it. While the new one comes level the live one
 * stands still, and the change is a single step: answers never go back, and whatever happens to a build, the live one goes on.
 */
export class Succession {
  readonly announcer: Announcer;
  readonly #owner: SuccessionOwner;
  readonly #context: SuccessionContext;
  readonly #store: GenerationStore;
  readonly #waiters: PositionWaiters;
  #live: GenerationRun | undefined;
  #build: Build | undefined;
  #buildError: ErrorReport | null = null;
  #lastError: ProjectionStatus['lastError'] = null;
  /** Why everything stands still, while it does. */
  #pause: Pause | null = null;
  readonly #departures = new Departures((error) => this.noteFault(error));
  #isStopped = false;
  readonly #stopping = new AbortController();

  constructor(
    owner: SuccessionOwner,
    context: SuccessionContext,
    store: GenerationStore,
    pause: Pause | null = null,
  ) {
    this.announcer = new Announcer(owner.name, context.announce);
    this.#owner = owner;
    this.#context = context;
    this.#waiters = new PositionWaiters(context.scheduler);
    this.#store = store;
    this.#pause = pause;
  }

  get live(): GenerationRun | undefined {
    return this.#live;
  }

  get build(): Build | undefined {
    return this.#build;
  }

  /** Why the last build did not become live; null when it did. */
  get buildError(): ErrorReport | null {
    return this.#buildError;
  }

  /** The last thing that went wrong, also when it has passed. */
  get lastError(): ProjectionStatus['lastError'] {
    return this.#lastError;
  }

  get pause(): Pause | null {
    return this.#pause;
  }

  /** What is live and what is built stand still from here on; resolves when they do. Who waits for a position is told. */
  async hold(pause: Pause): Promise<void> {
    this.#pause = pause;
    this.#settle();
    this.#build?.endTurn();
    await Promise.all([this.#live?.hold(), this.#build?.run?.hold()]);
  }

  /** Goes on after `hold`; what had given up is tried again. */
  release(): void {
    this.#pause = null;
    if (this.#live?.hasFailed === true) this.follow(this.#live.generation);
    this.#settle();
    const released = Promise.all([this.#live?.release(), this.#build?.run?.release()]);
    released.catch((error: unknown) => this.noteFault(error));
  }

  advance(head: number): void {
    const next = this.#build?.run;
    // While a build that is whole comes level, the live generation stands still: nobody chases anybody.
    const standsStill = next?.isBuilt === true && next.error === null && this.#build?.isCleared === true;
    if (!standsStill) this.#live?.advance(head);
    next?.advance(head);
  }

  /** Resolves when the live generation has committed `position`. */
  waitFor(position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(position, milliseconds, signal);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopping.abort();
    this.#waiters.close();
    const build = this.#build;
    this.#build = undefined;
    build?.fail(closing());
    await Promise.all([this.#live?.stop(), build?.run?.stop(), this.#departures.done]);
  }

  /** Takes a generation up as the live one. */
  follow(generation: Generation): void {
    if (this.#live !== undefined) this.#departures.add(this.#live);
    this.#live = this.#run(generation, 'follow');
    this.#settle();
    this.#context.onLive(this.#owner.name);
    this.#live.advance(this.#context.head());
    // It has nothing to report.
    if (this.#live.isOpen) this.#waiters.reached(this.#live.position);
  }

  /** A fault of the catalogue or the files, which no build is to blame for. */
  noteFault(error: unknown): void {
    this.#buildError = reportOf(error);
    this.#noteError(this.#buildError);
    this.announcer.stopped(0, this.#buildError);
    this.#settle();
  }

  /** Begins a build in place of one that is under way, when its turn has come. */
  launch(plan: BuildPlan): Build {
    this.cancelBuild();
    const build = new Build(plan);
    this.#build = build;
    this.#settle();
    // Going back must not wait for others' builds; and what cannot answer yet goes before what can.
    if (plan.isRollback) void this.#begin(build);
    else
      void this.#context.builds.add(() => this.#begin(build), { priority: this.#live === undefined ? 1 : 0 });
    return build;
  }

  /** Resolves when another build may begin. Never rejects. */
  async #begin(build: Build): Promise<void> {
    const { program, generation, mustVerify = false } = build.plan;
    try {
      await this.#departures.done;
      await this.#persist(build, () => {
        build.run = this.#run(generation ?? this.#store.create(program, mustVerify), aimOf(build.plan));
        build.run.advance(this.#context.head());
      });
      // What is paused keeps nobody from having a turn.
      if (this.#pause !== null) build.endTurn();
    } catch (error) {
      this.#failBuild(build, reportOf(error));
    }
    await build.turn;
  }

  /** Takes a step of a build as soon as the disk allows it. */
  #persist(build: Build, step: () => void): Promise<void> {
    return persist(step, {
      path: this.#context.data,
      signal: this.#stopping.signal,
      scheduler: this.#context.scheduler,
      isWanted: () => this.#build === build,
      onWait: (report) => {
        this.#noteError(report.error);
        build.endTurn();
        this.announcer.waiting(build.run?.generation.number ?? 0, report);
      },
    });
  }

  /** Gives up a build that is queued or under way, if there is one. */
  cancelBuild(): void {
    const build = this.#build;
    this.#buildError = null;
    if (build === undefined) return;
    this.#build = undefined;
    build.fail(replaced(this.#owner.name));
    const { run, plan } = build;
    if (run !== undefined)
      this.#departures.add(run, () => plan.isRollback || this.#store.discard(run.generation));
    this.#live?.advance(this.#context.head());
  }

  #run(generation: Generation, aim: RunAim): GenerationRun {
    return this.#owner.run(generation, aim, (run, report) => this.#hear(run, report), this.#pause !== null);
  }

  #hear(run: GenerationRun, report: RunnerReport): void {
    if (this.#isStopped) return;
    if ('error' in report) this.#noteError(report.error);
    if (run === this.#live) this.#hearLive(run, report);
    else if (run === this.#build?.run) this.#hearBuild(this.#build, run, report);
  }

  #hearLive(run: GenerationRun, report: RunnerReport): void {
    if ('position' in report) {
      // Decisions change rows without a change of position: whoever watches them hears of that, too.
      this.#waiters.reached(run.position);
      this.#context.onCommit(this.#owner.name, run.position);
    }
    if (report.kind === 'opened') this.announcer.moved('resumed', run);
    if (report.kind === 'waiting' || report.kind === 'lost')
      this.announcer.waiting(run.generation.number, report);
    if (report.kind === 'parked') this.announcer.parked(run.generation.number, report);
    if (report.kind === 'failed') this.#failLive(run, report.error);
  }

  #hearBuild(build: Build, run: GenerationRun, report: RunnerReport): void {
    if (report.kind === 'opened') this.announcer.buildStarted(build, run);
    if (report.kind === 'waiting' || report.kind === 'lost') {
      build.endTurn();
      this.announcer.waiting(run.generation.number, report);
    }
    if (report.kind === 'failed') this.#failBuild(build, report.error);
    else if (run.isBuilt) this.#comeLevel(build, run);
  }

  /** Makes a build live that is whole, verified where it has to be, and level. */
  #comeLevel(build: Build, run: GenerationRun): void {
    if (!build.isCleared)
      this.#clear(build, run).catch((error: unknown) => this.#failBuild(build, reportOf(error)));
    // Behind what is live, it is not: answers never go back in time. What it lacks comes with its next report.
    else if (!run.lacksDecision && run.position >= (this.#live?.told ?? 0)) this.#goLive(build, run);
  }

  /** While a build is verified both it and the live generation follow the log. */
  async #clear(build: Build, run: GenerationRun): Promise<void> {
    if (build.isBeingVerified) return;
    this.announcer.verifying(run.generation.number);
    await build.clear((signal) => this.#owner.verify(run, signal));
    if (this.#build !== build) return;
    this.advance(this.#context.head());
    this.#comeLevel(build, run);
  }

  #goLive(build: Build, run: GenerationRun): void {
    if (build.isGoingLive) return;
    build.isGoingLive = true;
    this.#persist(build, () => this.#makeLive(build, run)).catch((error: unknown) =>
      this.#failBuild(build, reportOf(error)),
    );
  }

  #makeLive(build: Build, run: GenerationRun): void {
    const old = this.#live;
    if (!existsSync(run.path)) throw damaged(this.#owner.name, run.generation.file, 'is missing');
    this.#store.makeLive(run.generation, build.plan.rolledBackFrom, build.plan.isReset);
    this.#live = run;
    this.#build = undefined;
    this.#context.onLive(this.#owner.name);
    if (old !== undefined)
      this.#departures.add(old, () => build.plan.isReset && this.#store.discard(old.generation));
    this.#waiters.reached(run.position);
    this.announcer.moved('went-live', run);
    build.succeed(run);
  }

  #failLive(run: GenerationRun, error: ErrorReport): void {
    this.announcer.stopped(run.generation.number, error);
    const isLost =
      error.code === 'GENERATION_DAMAGED' && this.#build === undefined && this.#buildError === null;
    if (isLost) this.#owner.onLost({ generation: run.generation, reason: error.message });
    else this.#settle();
  }

  #failBuild(build: Build, error: ErrorReport): void {
    if (this.#build !== build) return;
    this.#build = undefined;
    this.#buildError = error;
    const { run, plan } = build;
    if (run !== undefined)
      this.#departures.add(run, () => plan.isRollback || this.#store.fail(run.generation, error));
    this.#live?.advance(this.#context.head());
    this.announcer.stopped(run?.generation.number ?? 0, error);
    build.fail(errorFrom(error));
    this.#settle();
  }

  #noteError(error: ErrorReport): void {
    this.#lastError = { ...error, at: this.#context.now().toISOString() };
  }

  /** Tells those who wait when nothing is left that could bring what they wait for. */
  #settle(): void {
    const obstacle = obstacleTo(this.#owner.name, this);
    if (obstacle === undefined) this.#waiters.unblock();
    else this.#waiters.block(obstacle);
  }
}
