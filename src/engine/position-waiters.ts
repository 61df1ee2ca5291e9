import { ProjectionistError } from '../errors.ts';
import { closing } from './closing.ts';
import { EVENT_LOOP, type Scheduler } from './scheduler.ts';

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The longest delay that a timer takes: a greater one fires at once (Node's documentation of setTimeout). */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Those who wait until a projection's live generation has reached a position. */
export class PositionWaiters {
  readonly #scheduler: Scheduler;
  readonly #waiting = new Set<Waiter>();
  /** -1 until a generation answers: of an empty log, position 0 is reached only then. */
  #reached = -1;
  /** Why nobody who waits can hope. */
  #obstacle: ProjectionistError | undefined;

  constructor(scheduler: Scheduler = EVENT_LOOP) {
    this.#scheduler = scheduler;
  }

  /**
   * Resolves once the position is committed; rejects with WAIT_TIMEOUT after so many milliseconds, with CLOSED when
   * `signal` aborts, and at once when the projection is paused, or has stopped and nothing is being built.
   */
  wait(position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (position <= this.#reached) return Promise.resolve();
    if (this.#obstacle !== undefined) return Promise.reject(this.#obstacle);
    if (signal?.aborted === true) return Promise.reject(nobodyWaits());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { position, resolve, reject };
    this.#waiting.add(waiter);
    const abort = (): void => reject(nobodyWaits());
    signal?.addEventListener('abort', abort);
    const callOff = this.#scheduler.after(Math.min(milliseconds, LONGEST_DELAY), () =>
      reject(this.#late(position)),
    );
    return promise.finally(() => {
      callOff();
      signal?.removeEventListener('abort', abort);
      this.#waiting.delete(waiter);
    });
  }

  reached(position: number): void {
    this.#reached = Math.max(this.#reached, position);
    for (const waiter of this.#waiting) if (waiter.position <= this.#reached) waiter.resolve();
  }

  /** Rejects those who wait, and those who come, until `unblock`. */
  block(obstacle: ProjectionistError): void {
    this.#refuse(obstacle);
  }

  /** There is hope again: something is being built. */
  unblock(): void {
    this.#obstacle = undefined;
  }

  close(): void {
    this.#refuse(closing());
  }

  #refuse(obstacle: ProjectionistError): void {
    this.#obstacle = obstacle;
    for (const waiter of this.#waiting) waiter.reject(obstacle);
  }

  get #at(): number {
    return Math.max(0, this.#reached);
  }

  #late(position: number): ProjectionistError {
    return new ProjectionistError(
      'WAIT_TIMEOUT',
      `Position ${position} is not applied yet; the projection is at ${this.#at}`,
      {
        hint: 'Wait longer, or look at the projection with `projectionist status`.',
        evidence: { expected: position, actual: this.#at },
      },
    );
  }
}

function nobodyWaits(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'Nobody waits any more');
}
