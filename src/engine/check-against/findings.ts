import type { RecordedEvent } from '../../event-log/event.ts';

/** Why events of one type fail in one place, and the first of them. Nothing of an event's data is kept. */
export interface Finding {
  /** The projection whose program fails; null for the catalogue: a schema or an upcaster. */
  readonly projection: string | null;
  /** Null for lines that are no event. */
  readonly eventType: string | null;
  /** With indexes left out, so that one reason has one finding: `data.items[].price: expected number`. */
  readonly reason: string;
  readonly events: number;
  /** Position, or line, of the first. */
  readonly position: number;
  readonly eventId: string | null;
}

/** One event that fails. */
export type Failure = Omit<Finding, 'events'>;

/** Reasons that are told apart in one place and type; an upcaster may put anything into its message. */
const MOST_REASONS = 20;

/** What stands for the rest. */
export const OTHER_REASONS = 'other reasons';

/** Gathers failures, so that many events with one reason are one finding. */
export class Findings {
  readonly #places = new Map<string, Map<string, Failure & { events: number }>>();

  add(failure: Failure, events = 1): void {
    const place = JSON.stringify([failure.projection, failure.eventType]);
    const reasons = this.#places.get(place) ?? new Map<string, Failure & { events: number }>();
    this.#places.set(place, reasons);
    const isKnown = reasons.has(failure.reason) || reasons.size < MOST_REASONS;
    const reason = isKnown ? failure.reason : OTHER_REASONS;
    const finding = reasons.get(reason) ?? { ...failure, reason, events: 0 };
    finding.events += events;
    reasons.set(reason, finding);
  }

  /** Those of one place together, in the order in which they were met. */
  list(): Finding[] {
    return [...this.#places.values()].flatMap((reasons) => [...reasons.values()]);
  }
}

/** The place of an event, for a failure. */
export function placeOf({
  type,
  position,
  id,
}: RecordedEvent): Pick<Failure, 'eventType' | 'position' | 'eventId'> {
  return { eventType: type, position, eventId: id };
}
