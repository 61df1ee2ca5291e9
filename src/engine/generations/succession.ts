import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import { Announcer } from '../states/announcer.ts';
import { Build } from './build.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildSite } from './build-site.ts';
import type { Generation } from '../catalog.ts';
import { closing } from '../closing.ts';
import { Departures } from './departures.ts';
import type { GenerationRun, RunAim } from './generation-run.ts';
import type { GenerationStore } from './generation-store.ts';
import { obstacleTo } from '../states/obstacles.ts';
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
  readonly #site: BuildSite;
  readonly #waiters: PositionWaiters;
  #live: GenerationRun | undefined;
  #build: Build | undefined;
  #buildError: ErrorReport | null = null;
  #lastError: ProjectionStatus['lastError'] = null;
  /** Why everything stands still, while it does. */
  #pause: Pause | null = null;
  readonly #departures = new Departures((error) => this.noteFault(error));
  #isStopped = false;

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
    this.#site = this.#buildSite();
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
    await Promise.all([this.#live?.hold(), this.#build?.hold()]);
  }

  /** Goes on after `hold`; what had given up is tried again. */
  release(): void {
    this.#pause = null;
    if (this.#live?.hasFailed === true) this.follow(this.#live.generation);
    this.#settle();
    const released = Promise.all([this.#live?.release(), this.#build?.release()]);
    released.catch((error: unknown) => this.noteFault(error));
  }

  advance(head: number): void {
    if (this.#build?.isComingLevel !== true) this.#live?.advance(head);
    this.#build?.advance(head);
  }

  /** Resolves when the live generation has committed `position`. */
  waitFor(position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#waiters.wait(position, milliseconds, signal);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiters.close();
    const build = this.#build;
    this.#build = undefined;
    await Promise.all([this.#live?.stop(), build?.stop(closing()), this.#departures.done]);
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
    const build = new Build(plan, this.#site);
    this.#build = build;
    this.#settle();
    // Going back must not wait for others' builds; and what cannot answer yet goes before what can.
    if (plan.isRollback) void build.begin();
    else void this.#context.builds.add(() => build.begin(), { priority: this.#live === undefined ? 1 : 0 });
    return build;
  }

  /** Gives up a build that is queued or under way, if there is one. */
  cancelBuild(): void {
    const build = this.#build;
    this.#buildError = null;
    if (build === undefined) return;
    this.#build = undefined;
    build.giveUp(replaced(this.#owner.name));
    this.#live?.advance(this.#context.head());
  }

  #buildSite(): BuildSite {
    return {
      context: this.#context,
      store: this.#store,
      announcer: this.announcer,
      departures: this.#departures,
      isPaused: () => this.#pause !== null,
      liveReach: () => this.#live?.told ?? 0,
      startRun: (generation, aim) => this.#run(generation, aim),
      verify: (run, signal) => this.#owner.verify(run, signal),
      noteError: (error) => this.#noteError(error),
      onLive: (run, plan) => this.#replaceLive(run, plan),
      onFailed: (generation, error) => this.#goOnWithout(generation, error),
    };
  }

  #run(generation: Generation, aim: RunAim): GenerationRun {
    return this.#owner.run(generation, aim, (run, report) => this.#hear(run, report), this.#pause !== null);
  }

  #hear(run: GenerationRun, report: RunnerReport): void {
    if (this.#isStopped) return;
    if ('error' in report) this.#noteError(report.error);
    if (run === this.#live) this.#hearLive(run, report);
    else if (run === this.#build?.run) this.#build.hear(run, report);
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

  /** A build has become live. */
  #replaceLive(run: GenerationRun, { isReset }: BuildPlan): void {
    const old = this.#live;
    this.#live = run;
    this.#build = undefined;
    this.#context.onLive(this.#owner.name);
    if (old !== undefined) this.#departures.add(old, () => isReset && this.#store.discard(old.generation));
    this.#waiters.reached(run.position);
    this.announcer.moved('went-live', run);
  }

  /** A build has failed: what is live goes on. */
  #goOnWithout(generation: number, error: ErrorReport): void {
    this.#build = undefined;
    this.#buildError = error;
    this.#noteError(error);
    this.#live?.advance(this.#context.head());
    this.announcer.stopped(generation, error);
    this.#settle();
  }

  #failLive(run: GenerationRun, error: ErrorReport): void {
    this.announcer.stopped(run.generation.number, error);
    const isLost =
      error.code === 'GENERATION_DAMAGED' && this.#build === undefined && this.#buildError === null;
    if (isLost) this.#owner.onLost({ generation: run.generation, reason: error.message });
    else this.#settle();
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

function replaced(projection: string): ProjectionistError {
  return new ProjectionistError('CLOSED', `The build of ${projection} was given up for another one`);
}
