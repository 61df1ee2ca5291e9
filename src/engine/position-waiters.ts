import { type ErrorReport, errorFrom, ProjectionistError } from '../errors.ts';

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Those who wait until a projection's live generation has reached a position. */
export class PositionWaiters {
  readonly #waiting = new Set<Waiter>();
  /** -1 until a generation answers: of an empty log, position 0 is reached only then. */
  #reached = -1;

  /**
   * Resolves once the position is committed; rejects with WAIT_TIMEOUT after so many milliseconds, and with CLOSED when
   * `signal` aborts.
   */
  wait(position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (position <= this.#reached) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => waiter.reject(new ProjectionistError('CLOSED', 'Nobody waits any more'));
      const timer = setTimeout(() => finish(() => reject(this.#late(position))), milliseconds);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        position,
        resolve: () => finish(resolve),
        reject: (error) => finish(() => reject(error)),
      };
      this.#waiting.add(waiter);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort);
    });
  }

  reached(position: number): void {
    this.#reached = Math.max(this.#reached, position);
    for (const waiter of this.#waiting) if (waiter.position <= this.#reached) waiter.resolve();
  }

  fail(error: ErrorReport): void {
    for (const waiter of this.#waiting) waiter.reject(errorFrom(error));
  }

  close(): void {
    for (const waiter of this.#waiting) waiter.reject(new ProjectionistError('CLOSED', 'The engine is stopping'));
  }

  get #at(): number {
    return Math.max(0, this.#reached);
  }

  #late(position: number): ProjectionistError {
    return new ProjectionistError('WAIT_TIMEOUT', `Position ${position} is not applied yet; the projection is at ${this.#at}`, {
      hint: 'Wait longer, or look at the projection with `projectionist status`.',
      evidence: { expected: position, actual: this.#at },
    });
  }
}
