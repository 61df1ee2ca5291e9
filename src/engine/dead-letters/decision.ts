import type { ErrorReport } from '../../errors.ts';

/**
 * What somebody decided about a parked partition. Decisions are part of a projection's history: a later build carries
 * each one out at the position at which it was made, and so comes to the same rows.
 */
export interface Decision {
  /** Counted from 1 for each projection, in the order in which they were made. */
  readonly id: number;
  /**
   * retry: apply the letters in order; discard: leave the failing event out, and apply those behind it; rebuild: derive
   * again what a stream contributed, which a later build does anyway.
   */
  readonly kind: 'retry' | 'discard' | 'rebuild';
  readonly partition: string;
  /** Where the generation stood: it had applied the events up to here. */
  readonly position: number;
  /** The event that could not be applied; for a rebuild, the last of the stream. */
  readonly eventPosition: number;
  readonly eventId: string;
  /** Why it is left out; null for a retry. */
  readonly reason: string | null;
  /** Who decided: a token's subject or the user of the command line; null where nobody is known. */
  readonly by: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** A decision that is to be made now, at whatever position the generation stands. */
export type NewDecision = Omit<Decision, 'position' | 'eventPosition' | 'eventId'>;

/** What a decision came to. */
export interface DecisionOutcome {
  readonly partition: string;
  /** Letters that were applied by it. */
  readonly applied: number;
  /** Letters that still wait. */
  readonly waiting: number;
  /** What stands in the way now; null when nothing does. */
  readonly error: ErrorReport | null;
}
