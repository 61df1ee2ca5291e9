import { type ErrorReport, errorFrom } from '../../errors.ts';

/** An event whose handling does not come back: it hangs, or ends its thread or its process, time after time. */
export interface FatalEvent {
  readonly position: number;
  readonly error: ErrorReport;
  /** True where even to put it aside does not come back: nothing goes past it. */
  readonly isUntouchable?: boolean;
  /** ISO 8601: when a retry of it ended the process, of which its dead letter says nothing yet. */
  readonly retriedAt?: string;
}

/** True for what is told of such an event. */
export function isFatal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'EVENT_HANGS' || code === 'EVENT_ENDS_THREAD' || code === 'EVENT_ENDS_PROCESS';
}

/** The events that are known to be fatal, and so fail without being tried: once each, so that a retry is a real one. */
export class FatalEvents {
  readonly #known = new Map<number, FatalEvent>();

  constructor(known: readonly FatalEvent[] = []) {
    this.add(known);
  }

  add(known: readonly FatalEvent[]): void {
    for (const each of known) this.#known.set(each.position, each);
  }

  has(position: number): boolean {
    return this.#known.has(position);
  }

  /** The first one after a position; Infinity where there is none. */
  after(position: number): number {
    let first = Infinity;
    for (const each of this.#known.keys()) if (each > position && each < first) first = each;
    return first;
  }

  /** Throws what is known of the event at a position, if it is one of them. */
  refuse(position: number): void {
    const known = this.#known.get(position);
    if (known !== undefined) throw errorFrom(known.error);
  }

  /** Throws what is known of the event at a position, if it cannot even be put aside. */
  refuseUntouchable(position: number): void {
    if (this.#known.get(position)?.isUntouchable === true) this.refuse(position);
  }

  /** Its failure has been taken down: whoever tries it again is to see for himself. */
  forget(position: number): void {
    this.#known.delete(position);
  }
}
