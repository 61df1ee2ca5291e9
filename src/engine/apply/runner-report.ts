import type { ErrorReport } from '../../errors.ts';
import type { Decision, DecisionOutcome } from '../dead-letters/decision.ts';
import type { Parked } from './projector.ts';

/** What is tried again by itself: how many times it has failed, and the milliseconds until the next time. */
export interface RetryPlan {
  readonly attempt: number;
  readonly pause: number;
}

/** The events after `from` up to the position of the report, applied by one call. */
export interface Batch {
  readonly from: number;
  /** Milliseconds since 1970, on the clock of the runner's thread. */
  readonly startedAt: number;
  readonly seconds: number;
}

/** What a runner tells, in the order in which it happens. */
export type RunnerReport =
  | {
      readonly kind: 'opened';
      readonly position: number;
      readonly parked: number;
      /** The last decision about dead letters that it knows; 0 for none. */
      readonly decision: number;
    }
  /** A decision that was made on another generation is known here too. */
  | {
      readonly kind: 'enqueued';
      readonly position: number;
      readonly parked: number;
      readonly decision: number;
    }
  | {
      readonly kind: 'progress';
      readonly position: number;
      readonly parked: number;
      /** How it got there. */
      readonly batch?: Batch;
    }
  /** An event could not be applied, and its partition is held back from now on. */
  | ({ readonly kind: 'parked'; readonly parked: number } & Parked)
  /** A decision was made; `decision` is undefined where it changed nothing. */
  | {
      readonly kind: 'decided';
      readonly id: number;
      readonly outcome: DecisionOutcome;
      readonly decision: Decision | undefined;
      readonly position: number;
      readonly parked: number;
    }
  /** A decision could not be made. */
  | { readonly kind: 'undecided'; readonly id: number; readonly error: ErrorReport }
  /** The generation is whole, durable and at `position`; from here on the runner follows the log. */
  | { readonly kind: 'built'; readonly position: number; readonly parked: number }
  /** The disk or a lock is in the way; the runner tries again by itself. */
  | { readonly kind: 'waiting'; readonly error: ErrorReport; readonly retry: RetryPlan }
  /** From a runner's host: its thread has ended or hangs. Without a retry, the thread may come back by itself. */
  | { readonly kind: 'lost'; readonly error: ErrorReport; readonly retry: RetryPlan | null }
  /** An event cannot be applied, or the generation is of no use: the runner has stopped. */
  | { readonly kind: 'failed'; readonly error: ErrorReport };
