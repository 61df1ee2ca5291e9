import { type ErrorReport, errorFrom } from '../../errors.ts';

/** An event whose handling does not come back: it hangs, or ends its thread or its process, time after time. */
export interface FatalEvent {
  readonly position: number;
  readonly error: ErrorReport;
}

/** True for what is told of such an event. */
export function isFatal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'EVENT_HANGS' || code === 'EVENT_ENDS_THREAD' || code === 'EVENT_ENDS_PROCESS';
}

/** The events that are known to be fatal, and so fail without being tried: once each, so that a retry is a real one. */
export class FatalEvents {
  readonly #known = new Map<number, ErrorReport>();

  constructor(known: readonly FatalEvent[] = []) {
    this.add(known);
  }

  add(known: readonly FatalEvent[]): void {
    for (const { position, error } of known) this.#known.set(position, error);
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
    const error = this.#known.get(position);
    if (error !== undefined) throw errorFrom(error);
  }

  /** Its failure has been taken down: whoever tries it again is to see for himself. */
  forget(position: number): void {
    this.#known.delete(position);
  }
}
