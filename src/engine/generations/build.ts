import { ProjectionistError } from '../../errors.ts';
import type { BuildPlan } from './build-plan.ts';
import type { GenerationRun } from './generation-run.ts';

/** A build from being asked for until it is live, has failed or is given up. */
export class Build {
  readonly plan: BuildPlan;
  /** Undefined while it waits for its turn. */
  run: GenerationRun | undefined;
  isAnnounced = false;
  /** True from when it is whole and level: it becomes live as soon as that can be written down. */
  isGoingLive = false;
  /** False until it has been verified, where it has to be: until then it stays behind what is live. */
  isCleared: boolean;
  isBeingVerified = false;
  readonly #ending = new AbortController();
  readonly #done = Promise.withResolvers<GenerationRun>();
  readonly #turn = Promise.withResolvers<void>();

  constructor(plan: BuildPlan) {
    this.plan = plan;
    this.isCleared = plan.mustVerify !== true;
    // Nobody may be waiting; the status and a notice tell of a failure then.
    this.#done.promise.catch(() => {});
  }

  /** Has it verified, which is broken off when the build is given up. Rejects with what keeps it from being cleared. */
  async clear(verify: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.isBeingVerified = true;
    await verify(this.#ending.signal);
    this.isCleared = true;
  }

  /** Resolves when it is live; rejects with what prevented that. */
  get done(): Promise<GenerationRun> {
    return this.#done.promise;
  }

  /** Resolves when another build may have its turn: at the end, or when this one has to wait for the disk. */
  get turn(): Promise<void> {
    return this.#turn.promise;
  }

  succeed(run: GenerationRun): void {
    this.#done.resolve(run);
    this.endTurn();
  }

  fail(error: unknown): void {
    this.#ending.abort();
    this.#done.reject(error);
    this.endTurn();
  }

  endTurn(): void {
    this.#turn.resolve();
  }
}

export function replaced(projection: string): ProjectionistError {
  return new ProjectionistError('CLOSED', `The build of ${projection} was given up for another one`);
}

export function closing(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The engine is stopping');
}
