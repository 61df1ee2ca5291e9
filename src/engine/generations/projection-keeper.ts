import { existsSync } from 'node:fs';
import { ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { Program } from '../../projection/program.ts';
import type { Build } from './build.ts';
import { type BuildPlan, planForLost, planRollback } from './build-plan.ts';
import type { Generation } from '../catalog.ts';
import { type DecisionContext, type DecisionRequest, Decisions } from '../dead-letters/decide.ts';
import type { DecisionOutcome } from '../dead-letters/decision.ts';
import { isStorageFault } from '../apply/faults.ts';
import { GenerationRun, type RunAim } from './generation-run.ts';
import { GenerationStore, type LostGeneration } from './generation-store.ts';
import { programChanges } from './program-changes.ts';
import { streamColumns } from '../apply/rebuild-stream.ts';
import { statusOf } from '../states/projection-status.ts';
import type { Pause, ProjectionStatus } from '../states/status.ts';
import { Succession } from './succession.ts';
import type { OnReport, SuccessionContext, SuccessionOwner } from './succession-context.ts';
import {
  verificationFailed,
  type VerificationStatus,
  Verifier,
  type VerifyOptions,
} from '../verify/verifier.ts';
import type { Verification } from '../verify/verification.ts';

export interface KeeperContext extends SuccessionContext, DecisionContext {
  /** Seconds for which the event after a position has been in the log. */
  readonly secondsBehind: (position: number) => number;
}

/** Keeps one projection: decides what is live and what is built, by its definition and by what is asked. */
export class ProjectionKeeper {
  readonly name: string;
  readonly #context: KeeperContext;
  readonly #store: GenerationStore;
  readonly #succession: Succession;
  readonly #decisions: Decisions;
  readonly #verifier: Verifier;
  #loaded: LoadedProjection;
  #isStarted = false;

  constructor(loaded: LoadedProjection, context: KeeperContext) {
    this.name = loaded.compiled.program.projection;
    this.#loaded = loaded;
    this.#context = context;
    this.#store = new GenerationStore(this.name, context.catalog, context);
    const owner: SuccessionOwner = {
      name: this.name,
      run: (generation, aim, onReport, isHeld) => this.#run(generation, aim, onReport, isHeld),
      verify: (run, signal) => this.#requireSame(run, signal),
      onLost: (lost) => this.#rebuildLost(lost),
    };
    const pause = context.catalog.pauses.find(this.name);
    this.#succession = new Succession(owner, context, this.#store, pause);
    this.#decisions = new Decisions(this.name, context, this.#succession);
    this.#verifier = new Verifier(this.name, context);
  }

  get live(): GenerationRun | undefined {
    return this.#succession.live;
  }

  get #wanted(): Program {
    return this.#loaded.compiled.program;
  }

  /** Takes up the live generation, and builds what the definition asks for. */
  start(): void {
    this.#isStarted = true;
    try {
      this.#forgetRollbackOfAnother();
      this.#takeUp(this.#context.head());
    } catch (error) {
      // One projection that cannot start must not keep the others from it.
      this.#succession.noteFault(error);
    }
  }

  /** Works by another definition from now on. True when it differs in what decides the rows. */
  useDefinition(loaded: LoadedProjection): boolean {
    const hasChanged = loaded.compiled.program.hash !== this.#wanted.hash;
    this.#loaded = loaded;
    if (!hasChanged) return false;
    this.#forgetRollbackOfAnother();
    if (this.live === undefined) this.#buildWanted(['changed']);
    else if (this.live.generation.program.hash === this.#wanted.hash) this.#keepLive(this.live);
    else this.#replace(this.live.generation);
    return true;
  }

  /**
   * Builds the next generation and resolves when it is live; where it must be verified, after a second replay has given
   * the same. Rejects with what stopped it.
   */
  rebuild(mustVerify = false): Promise<GenerationRun> {
    const { build } = this.#succession;
    const isUnderWay =
      build !== undefined &&
      !build.plan.isRollback &&
      build.plan.program.hash === this.#wanted.hash &&
      (!mustVerify || build.plan.mustVerify === true);
    if (isUnderWay) return build.done;
    return this.#buildWanted(['asked for'], { mustVerify }).done;
  }

  /** Brings the previous generation up to date, makes it live again, and resolves then. */
  rollback(): Promise<GenerationRun> {
    const previous = this.#store.previous(this.#context.head());
    return this.#succession.launch(planRollback(previous, this.#loaded.compiled)).done;
  }

  /** Stands still until `resume`, also after a restart; resolves when it does. */
  async pause(by: string | null, reason: string | null): Promise<Pause> {
    const pause = { since: this.#context.now().toISOString(), by, reason };
    this.#context.catalog.pauses.add(this.name, pause);
    await this.#succession.hold(pause);
    return pause;
  }

  /** Goes on after a pause; what has stopped is tried again. */
  resume(): void {
    this.#context.catalog.pauses.remove(this.name);
    const { live, build } = this.#succession;
    this.#succession.release();
    if (this.#isStarted && live === undefined && build === undefined) this.#buildWanted(['resumed']);
  }

  /** Builds from the first event, and then keeps nothing of what was. Resolves when it is live. */
  reset(): Promise<GenerationRun> {
    return this.#buildWanted(['reset'], { isReset: true }).done;
  }

  /** Retries a parked partition, or discards the event that parked it. See `Decisions`. */
  decide(request: DecisionRequest): Promise<DecisionOutcome> {
    return this.#decisions.make(request);
  }

  /**
   * Derives again what one stream contributed to the live generation. Rejects with OPERATION_REFUSED where the definition
   * does not allow it to be known, and NOT_FOUND for a stream without events.
   */
  async rebuildStream(stream: string): Promise<{ stream: string; events: number }> {
    if (this.live === undefined) throw notLive(this.name);
    streamColumns(this.live.generation.program);
    const { applied } = await this.#decisions.make({ kind: 'rebuild', partition: stream });
    return { stream, events: applied };
  }

  /** Compares the live generation with an independent replay. Throws PROJECTION_NOT_READY before the first. */
  verify(options: VerifyOptions): Promise<Verification> {
    if (this.live === undefined) throw notLive(this.name);
    return this.#verifier.verify(this.live, this.#loaded, options);
  }

  /** The last verification, of the live generation or of a build. */
  verification(): VerificationStatus {
    return this.#verifier.status;
  }

  advance(head: number): void {
    this.#succession.advance(head);
  }

  /** Resolves when the live generation has committed `position`. */
  waitFor(position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#succession.waitFor(position, milliseconds, signal);
  }

  /** Looks whether the live generation's file is still there; one that is gone is built again, beside it. */
  check(): void {
    if (this.live !== undefined && !existsSync(this.live.path))
      this.lose(this.live.generation.number, 'missing');
  }

  /** The live generation is of no use any more, and built again beside; true where that begins now. */
  lose(number: number, how = 'damaged'): boolean {
    const { build, buildError } = this.#succession;
    if (this.live?.generation.number !== number || build !== undefined || buildError !== null) return false;
    const { generation } = this.live;
    this.#rebuildLost({ generation, reason: `the file ${generation.file} is ${how}` });
    return true;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#verifier.stop(), this.#succession.stop()]);
  }

  status(): ProjectionStatus {
    const { live, build, buildError, pause, lastError } = this.#succession;
    return statusOf({
      name: this.name,
      views: this.#wanted.views.map(({ name }) => name),
      head: this.#context.head(),
      isRolledBack: this.#store.rolledBackFrom !== undefined,
      live,
      build,
      buildError,
      paused: pause,
      lastError,
      secondsBehind: this.#context.secondsBehind,
    });
  }

  #takeUp(head: number): void {
    const { live, lost } = this.#store.live(head);
    if (live !== undefined) this.#succession.follow(live);
    const interrupted = this.#store.interrupted(this.#wanted.hash, head);
    if (interrupted !== undefined) {
      const { mustVerify } = interrupted;
      this.#buildWanted(['goes on where it was interrupted'], { generation: interrupted, mustVerify });
    } else if (lost !== undefined) this.#rebuildLost(lost);
    else if (live === undefined) this.#buildWanted(['new']);
    else if (live.program.hash !== this.#wanted.hash) this.#replace(live);
  }

  /** Begins a build of the definition. */
  #buildWanted(
    reasons: readonly string[],
    how: Pick<BuildPlan, 'generation' | 'mustVerify' | 'isReset'> = {},
  ): Build {
    return this.#succession.launch({ program: this.#wanted, reasons, ...how });
  }

  /** The definition is again what the live generation was built from. */
  #keepLive(live: GenerationRun): void {
    const { build, announcer } = this.#succession;
    this.#succession.cancelBuild();
    // Its beginning was announced, and nothing else would say what came of it.
    if (build?.isAnnounced === true)
      announcer.kept(live.generation.number, 'the definition is again what it was built from');
    if (live.isFrozen || live.hasFailed) this.#succession.follow(live.generation);
  }

  /** The definition differs from what is live. */
  #replace(live: Generation): void {
    if (this.#store.rolledBackFrom !== this.#wanted.hash) {
      this.#buildWanted(programChanges(live.program, this.#wanted));
      return;
    }
    const reason = 'it was rolled back to; `projectionist rebuild` builds the current definition';
    this.#succession.announcer.kept(live.number, reason);
  }

  #run(generation: Generation, aim: RunAim, onReport: OnReport, isHeld: boolean): GenerationRun {
    // What is built goes through every decision, also one that nobody has heard of yet.
    if (aim === 'build' || aim === 'return') this.#decisions.keepUp();
    const hear: OnReport = (run, report) => {
      if (report.kind === 'opened' && run === this.live) this.#keepUp();
      onReport(run, report);
      this.#context.onReport?.(run, report);
    };
    return new GenerationRun(generation, aim, this.#loaded, this.#context, hear, isHeld);
  }

  /** Where the disk is in the way, the next decision or build looks again. */
  #keepUp(): void {
    try {
      this.#decisions.keepUp();
    } catch (error) {
      if (!isStorageFault(error)) this.#succession.noteFault(error);
    }
  }

  async #requireSame(run: GenerationRun, signal: AbortSignal): Promise<void> {
    const outcome = await this.#verifier.verify(run, this.#loaded, { signal });
    if (!outcome.isSame) throw verificationFailed(outcome);
  }

  #rebuildLost(lost: LostGeneration): void {
    this.#succession.launch(planForLost(lost, this.#loaded.compiled, this.#store.rolledBackFrom));
  }

  /** A rollback holds for the definition that was rolled back from, and for no other. */
  #forgetRollbackOfAnother(): void {
    if (this.#store.rolledBackFrom !== this.#wanted.hash) this.#store.forgetRollback();
  }
}

function notLive(projection: string): ProjectionistError {
  return new ProjectionistError('PROJECTION_NOT_READY', `${projection} has no generation yet`, {
    hint: 'It can be verified when its first build is done.',
    evidence: { projection },
  });
}
