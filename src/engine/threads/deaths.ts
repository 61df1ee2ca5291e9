import type { PulseReading } from './pulse.ts';

/** So many threads may end at one event before it is taken to be the event's doing. */
const PATIENCE = 3;

/**
 * Remembers where the threads of a projection ended. After one has ended inside the definition's code, the next goes
 * through the same events one by one, so that the one which is to blame stands alone.
 */
export class Deaths {
  #culprit = 0;
  #count = 0;
  #carefulUntil = 0;

  /** Events up to this position are to be applied one by one. */
  get carefulUntil(): number {
    return this.#carefulUntil;
  }

  /** The position of an event at which thread after thread has ended. */
  get culprit(): number | undefined {
    return this.#count >= PATIENCE ? this.#culprit : undefined;
  }

  /** Notes what a thread's pulse was when it ended. */
  note({ phase, from, to }: PulseReading): void {
    // Without a range it was a decision about dead letters, and no event in turn.
    if (phase !== 'calling' || to === from) return;
    this.#carefulUntil = Math.max(this.#carefulUntil, to);
    if (to > from + 1) return;
    this.#count = to === this.#culprit ? this.#count + 1 : 1;
    this.#culprit = to;
  }
}
