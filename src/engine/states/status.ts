import type { ErrorReport } from '../../errors.ts';
import type { ProjectionState } from './states.ts';

export type { ProjectionState } from './states.ts';

export interface BuildStatus {
  readonly generation: number;
  readonly position: number;
  /** Positions a second, over the build so far. */
  readonly rate: number;
  /** Seconds until it reaches the head; null while nothing can be said. */
  readonly secondsLeft: number | null;
  readonly error: ErrorReport | null;
}

/** Somebody's wish that a projection stands still, kept until somebody resumes it. */
export interface Pause {
  /** When it was asked for, ISO 8601. */
  readonly since: string;
  /** The name of the token, or of the user of the command line; null where nobody said. */
  readonly by: string | null;
  readonly reason: string | null;
}

/** What could not be done, and is tried again by itself. */
export interface Retry {
  /** How many times it has failed. */
  readonly attempt: number;
  /** When it is tried again, ISO 8601. */
  readonly nextAt: string;
  readonly error: ErrorReport;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly state: ProjectionState;
  readonly views: readonly string[];
  /** The generation that answers queries; null before the first. */
  readonly generation: number | null;
  /** What that generation was built from. */
  readonly programHash: string | null;
  readonly position: number;
  readonly head: number;
  /** Events between the two. */
  readonly lag: number;
  /**
   * Seconds for which the oldest event that is not applied has been in the log: since this process saw it, or since its own
   * time where it was there before; 0 where there is none.
   */
  readonly lagSeconds: number;
  /** Streams that are left out, because an event of theirs could not be applied. */
  readonly parked: number;
  /** When the position last moved, ISO 8601; null if it has not since the start. */
  readonly movedAt: string | null;
  readonly paused: Pause | null;
  /** Set while something is in the way that may pass: a lock, the disk, a thread that ended. */
  readonly retry: Retry | null;
  /** What is wrong now. */
  readonly error: ErrorReport | null;
  /** The last error since the start, also one that has passed. */
  readonly lastError: (ErrorReport & { readonly at: string }) | null;
  /** The generation that is being built beside the live one, if any. */
  readonly build: BuildStatus | null;
  /** True where the live generation is not of the current definition because of a rollback. */
  readonly isRolledBack: boolean;
}
