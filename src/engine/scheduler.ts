import { rest } from './backoff.ts';

/** What the engine leaves to the clock and to chance. It is passed in, so that a test can decide both. */
export interface Scheduler {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Resolves when everything else that is due has had its turn. */
  readonly turn: () => Promise<void>;
  /** Resolves after so many milliseconds, or when the signal aborts. */
  readonly rest: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Calls `ring` after so many milliseconds; what is returned calls it off. */
  readonly after: (milliseconds: number, ring: () => void) => () => void;
}

/** Node's event loop, its clock and its timers. */
export const EVENT_LOOP: Scheduler = {
  now: () => performance.now(),
  random: () => Math.random(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  rest,
  after: (milliseconds, ring) => {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};
