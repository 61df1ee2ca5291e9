import type { ErrorReport } from '../../errors.ts';
import type { FatalEvent } from '../apply/fatal-events.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import type { PulseReading } from './pulse.ts';
import { fatalFault } from './thread-faults.ts';

/** So many threads may end at one event before it is taken to be the event's doing. */
const PATIENCE = 3;

/**
 * Remembers where the threads of a projection ended. After one has ended inside the definition's code, the next goes
 * through the same events one by one, so that the one which is to blame stands alone.
 */
export class Deaths {
  readonly #fatal: Map<number, ErrorReport>;
  #suspect = 0;
  #count = 0;
  #carefulUntil: number;
  #untouchable: number | undefined;

  /** @param task with what is known from the processes before this one */
  constructor({ carefulUntil = 0, fatal = [] }: Pick<RunnerTask, 'carefulUntil' | 'fatal'> = {}) {
    this.#carefulUntil = carefulUntil;
    // A dead letter that was retried is in the generation by the time that a thread may end at it.
    const known = fatal.filter(({ retriedAt }) => retriedAt === undefined);
    this.#fatal = new Map(known.map(({ position, error }) => [position, error]));
  }

  /** Events up to this position are to be applied one by one. */
  get carefulUntil(): number {
    return this.#carefulUntil;
  }

  /** The events at which thread after thread has ended. */
  get fatal(): FatalEvent[] {
    return [...this.#fatal].map(([position, error]) => ({ position, error }));
  }

  /** The position of an event that ended a thread which knew it not to come back: nothing is left to be tried. */
  get untouchable(): number | undefined {
    return this.#untouchable;
  }

  /** Notes what a thread's pulse was when it ended, and what ended it. */
  note({ phase, from, to }: PulseReading, error: ErrorReport): void {
    // Without a range it was at no event in turn.
    if (phase !== 'calling' || to === from) return;
    this.#carefulUntil = Math.max(this.#carefulUntil, to);
    if (to > from + 1) return;
    if (this.#fatal.has(to)) this.#untouchable = to;
    this.#count = to === this.#suspect ? this.#count + 1 : 1;
    this.#suspect = to;
    if (this.#count < PATIENCE) return;
    this.#fatal.set(to, fatalFault(error, PATIENCE));
    this.#count = 0;
  }

  /** What was known of events up to a position has been taken down with the rows: who tries them again does so in earnest. */
  forget(position: number): void {
    for (const known of this.#fatal.keys()) if (known <= position) this.#fatal.delete(known);
  }
}
