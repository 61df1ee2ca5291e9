import type { Phase, PulseReading } from './pulse.ts';

/** Milliseconds between two looks at a thread's pulse. */
export const LOOK_INTERVAL = 100;

/** Milliseconds that a function or an upcaster has. */
export const CALL_LIMIT = 7 * LOOK_INTERVAL;

/**
 * After how many looks without a beat something is wrong. A function or an upcaster takes microseconds, and an idle
 * thread that has been told of events begins at once. How long SQLite works on a batch is not for us to say, and a
 * thread inside SQLite cannot be ended: that it is slow is told, and nothing more.
 */
const LIMITS: Readonly<Record<Phase, number>> = {
  loading: 300,
  idle: 10,
  applying: 50,
  calling: CALL_LIMIT / LOOK_INTERVAL,
  resting: Number.POSITIVE_INFINITY,
  settling: Number.POSITIVE_INFINITY,
};

/** slow: still at the same batch, and perhaps rightly; hung: it does nothing, and can be ended. */
type Finding = 'well' | 'slow' | 'hung';

/**
 * Judges a thread by its pulse. It counts looks and reads no clock: where the process itself was stopped for a while, it
 * was not looking either, and nobody is to blame.
 */
export class Vigil {
  #beat: number | undefined;
  #looks = 0;

  /** @param hasWork whether the thread was told of events that it has not applied */
  look({ phase, beat }: PulseReading, hasWork: boolean): Finding {
    const isStill = beat === this.#beat && (phase !== 'idle' || hasWork);
    this.#beat = beat;
    this.#looks = isStill ? this.#looks + 1 : 0;
    if (this.#looks < LIMITS[phase]) return 'well';
    return phase === 'applying' ? 'slow' : 'hung';
  }
}
