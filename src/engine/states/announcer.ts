import type { ErrorReport } from '../../errors.ts';
import type { GenerationRun } from '../generations/generation-run.ts';
import type { Announce } from './notice.ts';
import type { RetryPlan } from '../apply/runner-report.ts';
import type { Parked } from '../apply/projector.ts';

/** Says what happens to one projection. */
export class Announcer {
  readonly #projection: string;
  readonly #announce: Announce;

  constructor(projection: string, announce: Announce) {
    this.#projection = projection;
    this.#announce = announce;
  }

  buildStarted(reasons: readonly string[], { generation, startPosition: from }: GenerationRun): void {
    const { number } = generation;
    this.#announce({
      kind: 'build-started',
      projection: this.#projection,
      generation: number,
      reasons,
      from,
    });
  }

  moved(kind: 'resumed' | 'went-live', run: GenerationRun): void {
    const seconds = Math.round(run.seconds() * 1000) / 1000;
    const { generation, position, parked } = run;
    this.#announce({
      kind,
      projection: this.#projection,
      generation: generation.number,
      position,
      parked,
      seconds,
    });
  }

  verifying(generation: number): void {
    this.#announce({ kind: 'verifying', projection: this.#projection, generation });
  }

  kept(generation: number, reason: string): void {
    this.#announce({ kind: 'kept', projection: this.#projection, generation, reason });
  }

  stopped(generation: number, error: ErrorReport): void {
    this.#announce({ kind: 'stopped', projection: this.#projection, generation, error });
  }

  parked(generation: number, { partition, position, error }: Parked): void {
    this.#announce({ kind: 'parked', projection: this.#projection, generation, partition, position, error });
  }

  /** The first time only: the attempts after that are of the same fault. */
  waiting(generation: number, { error, retry }: { error: ErrorReport; retry: RetryPlan | null }): void {
    if (retry !== null && retry.attempt > 1) return;
    this.#announce({ kind: 'waiting', projection: this.#projection, generation, error });
  }
}
