import type { Scheduler } from '../../src/engine/scheduler.ts';

interface Timer {
  readonly due: number;
  readonly ring: () => void;
}

/** A clock that moves when it is told to, and the timers that wait for it. */
export class SimulatedClock {
  readonly #random: () => number;
  #now = 0;
  readonly #timers = new Set<Timer>();

  constructor(random: () => number) {
    this.#random = random;
  }

  get now(): number {
    return this.#now;
  }

  get hasTimers(): boolean {
    return this.#timers.size > 0;
  }

  /** Lets so many milliseconds go by, and rings what is due, the earliest first. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now);
    for (const timer of due.toSorted((left, right) => left.due - right.due))
      if (this.#timers.delete(timer)) timer.ring();
  }

  after(milliseconds: number, ring: () => void): () => void {
    const timer = { due: this.#now + milliseconds, ring };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** A scheduler on this clock; who waits for a turn is handed to `onTurn`. */
  scheduler(onTurn: (go: () => void) => void): Scheduler {
    return {
      now: () => this.#now,
      random: this.#random,
      turn: () => new Promise((resolve) => onTurn(resolve)),
      rest: (milliseconds, signal) =>
        new Promise((resolve) => {
          const callOff = this.after(milliseconds, resolve);
          signal.addEventListener('abort', () => {
            callOff();
            resolve();
          });
        }),
      after: (milliseconds, ring) => this.after(milliseconds, ring),
    };
  }
}
