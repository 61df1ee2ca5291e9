import type { ErrorReport } from '../errors.ts';

/**
 * building: no generation can answer yet; catching-up: live, but behind the log; live: at the head;
 * waiting: a storage fault is in the way, and it is tried again; stopped: an event could not be applied;
 * unknown: defined, and not started.
 */
export type ProjectionState = 'building' | 'catching-up' | 'live' | 'waiting' | 'stopped' | 'unknown';

export interface BuildStatus {
  readonly generation: number;
  readonly position: number;
  /** Positions a second, over the build so far. */
  readonly rate: number;
  /** Seconds until it reaches the head; null while nothing can be said. */
  readonly secondsLeft: number | null;
  readonly error: ErrorReport | null;
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
  /** When the position last moved, ISO 8601; null if it has not since the start. */
  readonly movedAt: string | null;
  readonly error: ErrorReport | null;
  /** The generation that is being built beside the live one, if any. */
  readonly build: BuildStatus | null;
  /** True where the live generation is not of the current definition because of a rollback. */
  readonly isRolledBack: boolean;
}
