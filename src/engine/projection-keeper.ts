import type PQueue from 'p-queue';
import { type ErrorReport, errorFrom, ProjectionistError, reportOf } from '../errors.ts';
import type { LoadedProjection } from '../projection/load.ts';
import type { Catalog, Generation } from './catalog.ts';
import { GenerationRun, type RunContext } from './generation-run.ts';
import { GenerationStore } from './generation-store.ts';
import type { Announce } from './notice.ts';
import { PositionWaiters } from './position-waiters.ts';
import { hasCodeOf } from './program-code.ts';
import { programChanges } from './program-changes.ts';
import type { RunnerReport } from './runner.ts';
import type { BuildStatus, ProjectionState, ProjectionStatus } from './status.ts';

export interface KeeperContext extends RunContext {
  readonly catalog: Catalog;
  /** Decides how many builds run at once. */
  readonly builds: PQueue;
  readonly head: () => number;
  readonly announce: Announce;
  /** Told after another generation has become live. */
  readonly onLive: (name: string) => void;
}

interface Build {
  readonly run: GenerationRun;
  readonly done: PromiseWithResolvers<GenerationRun>;
}

/** Keeps one projection: its live generation at the head of the log, and at most one build beside it. */
export class ProjectionKeeper {
  readonly name: string;
  readonly waiters = new PositionWaiters();
  #loaded: LoadedProjection;
  readonly #context: KeeperContext;
  readonly #store: GenerationStore;
  #live: GenerationRun | undefined;
  #build: Build | undefined;
  /** The build that is queued or under way; one that has lost its turn does nothing. */
  #turn: symbol | undefined;
  #buildError: ErrorReport | null = null;
  #isSwapping = false;
  #isStopped = false;

  constructor(loaded: LoadedProjection, context: KeeperContext) {
    this.name = loaded.compiled.program.projection;
    this.#loaded = loaded;
    this.#context = context;
    this.#store = new GenerationStore(this.name, context.catalog, context);
  }

  get live(): GenerationRun | undefined {
    return this.#live;
  }

  get loaded(): LoadedProjection {
    return this.#loaded;
  }

  /** Takes up the live generation, and builds what the definition asks for. */
  start(): void {
    const wanted = this.#loaded.compiled.program;
    const head = this.#context.head();
    const reasons: string[] = [];
    const live = this.#store.live(head, (reason) => reasons.push(reason));
    if (live !== undefined) this.#takeUp(live);
    const interrupted = this.#store.interrupted(wanted.hash, head);
    if (interrupted !== undefined) this.#begin(interrupted, ['goes on where it was interrupted']);
    else if (live === undefined) this.#begin(undefined, reasons.length > 0 ? reasons : ['new']);
    else if (live.program.hash !== wanted.hash) this.#replace(live);
  }

  /** Works by another definition from now on. True when it differs in what decides the rows. */
  useDefinition(loaded: LoadedProjection): boolean {
    const hasChanged = loaded.compiled.program.hash !== this.#loaded.compiled.program.hash;
    this.#loaded = loaded;
    if (!hasChanged) return false;
    const live = this.#live?.generation;
    if (live?.program.hash === loaded.compiled.program.hash) this.#cancelBuild();
    else if (live === undefined) this.#begin(undefined, ['changed']);
    else this.#replace(live);
    return true;
  }

  /** Builds the next generation and resolves when it is live. Rejects with what stopped it. */
  rebuild(): Promise<GenerationRun> {
    this.#context.catalog.setRolledBack(this.name, undefined);
    return this.#launch(undefined, ['asked for']);
  }

  /** Brings the previous generation up to date, makes it live again, and resolves then. */
  rollback(): Promise<GenerationRun> {
    const previous = this.#store.previous();
    if (previous === undefined) {
      throw new ProjectionistError('NOTHING_TO_ROLL_BACK', `${this.name} has no earlier generation`, {
        hint: 'A generation is kept when the next one becomes live, until the one after that.',
        evidence: { projection: this.name },
      });
    }
    if (!hasCodeOf(this.#loaded.compiled, previous.program)) {
      throw new ProjectionistError('NOTHING_TO_ROLL_BACK', `Generation ${previous.number} of ${this.name} was built with functions or upcasters that the definition no longer has`, {
        hint: 'Put the earlier definition back; it is built anew.',
        evidence: { projection: this.name },
      });
    }
    const wanted = this.#loaded.compiled.program.hash;
    this.#context.catalog.setRolledBack(this.name, previous.program.hash === wanted ? undefined : wanted);
    this.#context.catalog.reopen(previous);
    return this.#launch({ ...previous, state: 'building' }, [`rolled back to generation ${previous.number}`]);
  }

  advance(head: number): void {
    this.#live?.advance(head);
    this.#build?.run.advance(head);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#build?.done.reject(closing());
    await Promise.all([this.#live?.stop(), this.#build?.run.stop()]);
    this.waiters.close();
  }

  status(): ProjectionStatus {
    const head = this.#context.head();
    const position = this.#live?.position ?? 0;
    const live = this.#live?.generation;
    return {
      name: this.name,
      state: this.#state(head),
      views: this.#loaded.compiled.program.views.map(({ name }) => name),
      generation: live?.number ?? null,
      programHash: live?.program.hash ?? null,
      position,
      head,
      lag: Math.max(0, head - position),
      movedAt: this.#live?.movedAt ?? null,
      error: this.#live?.error ?? (this.#build === undefined ? this.#buildError : this.#build.run.error),
      build: this.#build === undefined ? null : buildStatus(this.#build.run, head),
      isRolledBack: this.#context.catalog.rolledBackHash(this.name) !== undefined,
    };
  }

  #state(head: number): ProjectionState {
    if (this.#live === undefined) {
      if (this.#build?.run.error) return 'waiting';
      if (this.#build !== undefined || this.#turn !== undefined) return 'building';
      return this.#buildError === null ? 'unknown' : 'stopped';
    }
    if (this.#live.hasFailed) return 'stopped';
    if (this.#live.error !== null) return 'waiting';
    return this.#live.position < head ? 'catching-up' : 'live';
  }

  #takeUp(generation: Generation): void {
    const run = this.#run(generation);
    this.#live = run;
    this.#context.onLive(this.name);
    run.advance(this.#context.head());
  }

  /** The definition differs from what is live. */
  #replace(live: Generation): void {
    const wanted = this.#loaded.compiled.program;
    if (this.#context.catalog.rolledBackHash(this.name) === wanted.hash) {
      const reason = 'it was rolled back to; `projectionist rebuild` builds the current definition';
      this.#context.announce({ kind: 'kept', projection: this.name, generation: live.number, reason });
      return;
    }
    this.#begin(undefined, programChanges(live.program, wanted));
  }

  #run(generation: Generation): GenerationRun {
    return new GenerationRun(generation, this.#loaded, this.#context, (run, report) => this.#hear(run, report));
  }

  /** As `#launch`, for a build that nobody waits for: its failure stands in the status. */
  #begin(generation: Generation | undefined, reasons: readonly string[]): void {
    this.#launch(generation, reasons).catch(() => {});
  }

  /** Queues a build of `generation`, or of a new one, in place of one that is under way. */
  async #launch(generation: Generation | undefined, reasons: readonly string[]): Promise<GenerationRun> {
    this.#cancelBuild();
    const turn = Symbol('build');
    this.#turn = turn;
    const build = this.#context.builds.add(() => this.#buildNow(turn, generation, reasons)) as Promise<GenerationRun>;
    // Whoever asked for the build hears of its failure; so does the status, for the builds that nobody asked for.
    build.catch((error: unknown) => this.#endTurn(turn, error));
    return build;
  }

  async #buildNow(turn: symbol, given: Generation | undefined, reasons: readonly string[]): Promise<GenerationRun> {
    if (this.#isStopped || this.#turn !== turn) throw closing();
    const generation = given ?? this.#store.create(this.#loaded.compiled.program);
    const build: Build = { run: this.#run(generation), done: Promise.withResolvers() };
    this.#build = build;
    this.#buildError = null;
    const from = given === undefined ? 0 : build.run.position;
    this.#context.announce({ kind: 'build-started', projection: this.name, generation: generation.number, reasons, from });
    build.run.advance(this.#context.head());
    const run = await build.done.promise;
    this.#endTurn(turn, null);
    return run;
  }

  #endTurn(turn: symbol, error: unknown): void {
    if (this.#turn !== turn) return;
    this.#turn = undefined;
    this.#buildError = error === null || this.#isStopped ? null : reportOf(error);
  }

  #cancelBuild(): void {
    const build = this.#build;
    this.#build = undefined;
    this.#turn = undefined;
    if (build === undefined) return;
    build.done.reject(new ProjectionistError('CLOSED', `The build of ${this.name} was replaced by another one`));
    void build.run.stop().then(() => this.#store.discard(build.run.generation));
  }

  #hear(run: GenerationRun, report: RunnerReport): void {
    if (this.#isStopped) return;
    if (run === this.#live) this.#hearLive(run, report);
    else if (run === this.#build?.run) this.#hearBuild(this.#build, report);
  }

  #hearLive(run: GenerationRun, report: RunnerReport): void {
    if (report.kind === 'progress' || report.kind === 'opened') this.waiters.reached(run.position);
    if (report.kind === 'opened') this.#tell('resumed', run);
    if (report.kind === 'failed') this.#announceError('stopped', run, report.error);
    if (report.kind === 'waiting' && report.attempt === 1) this.#announceError('waiting', run, report.error);
  }

  #hearBuild(build: Build, report: RunnerReport): void {
    if (report.kind === 'failed') this.#failBuild(build, report.error);
    else if (report.kind === 'waiting' && report.attempt === 1) this.#announceError('waiting', build.run, report.error);
    else if (build.run.isBuilt) void this.#swap(build);
  }

  #failBuild(build: Build, error: ErrorReport): void {
    this.#context.catalog.fail(build.run.generation, error);
    this.#build = undefined;
    this.#buildError = error;
    this.#announceError('stopped', build.run, error);
    build.done.reject(errorFrom(error));
    if (this.#live === undefined) this.waiters.fail(error);
    void build.run.stop();
  }

  /** Makes a finished build live, once it is not behind what is live now: answers never go back in time. */
  async #swap(build: Build): Promise<void> {
    if (this.#isSwapping) return;
    this.#isSwapping = true;
    try {
      const old = this.#live;
      // The old one stands still from here on, so that the new one cannot chase it for ever.
      await old?.stop();
      if (this.#build !== build || this.#isStopped) return;
      if (build.run.position < (old?.position ?? 0)) return;
      this.#goLive(build);
    } finally {
      this.#isSwapping = false;
    }
  }

  #goLive({ run, done }: Build): void {
    this.#context.catalog.makeLive(run.generation, this.#context.now());
    this.#live = run;
    this.#build = undefined;
    this.#context.onLive(this.name);
    this.#store.prune();
    this.waiters.reached(run.position);
    this.#tell('went-live', run);
    done.resolve(run);
  }

  #tell(kind: 'resumed' | 'went-live', run: GenerationRun): void {
    const seconds = (performance.now() - run.startedAt) / 1000;
    this.#context.announce({ kind, projection: this.name, generation: run.generation.number, position: run.position, seconds });
  }

  #announceError(kind: 'stopped' | 'waiting', run: GenerationRun, error: ErrorReport): void {
    this.#context.announce({ kind, projection: this.name, generation: run.generation.number, error });
  }
}

function buildStatus(run: GenerationRun, head: number): BuildStatus {
  const rate = run.rate();
  return {
    generation: run.generation.number,
    position: run.position,
    rate: Math.round(rate),
    secondsLeft: rate > 0 ? Math.max(0, head - run.position) / rate : null,
    error: run.error,
  };
}

function closing(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The engine is stopping');
}
