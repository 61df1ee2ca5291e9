import { ProjectionistError } from '../errors.ts';
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
  readonly #done = Promise.withResolvers<GenerationRun>();
  readonly #turn = Promise.withResolvers<void>();

  constructor(plan: BuildPlan) {
    this.plan = plan;
    // Nobody may be waiting; the status and a notice tell of a failure then.
    this.#done.promise.catch(() => {});
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
