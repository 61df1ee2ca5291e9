import type { ProjectionState } from './states.ts';
import type { ProjectionStatus } from './status.ts';

/** The states in which a projection does what is wanted of it, or what somebody asked of it. */
const READY: Readonly<Record<ProjectionState, boolean>> = {
  building: false,
  'catching-up': true,
  live: true,
  paused: true,
  parked: true,
  stopped: false,
  failed: false,
  unknown: false,
};

/** Why a projection is not to be relied on, as a sentence; null where it is. */
export function whyNotReady({ state, generation, retry, error, build }: ProjectionStatus): string | null {
  if (error !== null && (!READY[state] || retry !== null)) return error.message;
  if (state === 'building') return `it is at position ${build?.position ?? 0} of its first build`;
  if (generation === null) return 'it has no generation that answers';
  return READY[state] ? null : 'nothing has been seen of it yet';
}
