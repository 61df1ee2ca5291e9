import { STATES } from '../engine/states/states.ts';
import type { ProjectionStatus } from '../engine/states/status.ts';
import type { Meters } from './meters.ts';

/** Puts down where every projection stands. Those that are gone are not told of any more. */
export function collectProjections(statuses: readonly ProjectionStatus[], meters: Meters): void {
  const { position, lagEvents, lagSeconds, state, parked, buildPosition, buildProgress } = meters;
  for (const gauge of [position, lagEvents, lagSeconds, state, parked, buildPosition, buildProgress])
    gauge.reset();
  for (const status of statuses) collectOne(status, meters);
}

function collectOne(status: ProjectionStatus, meters: Meters): void {
  const { name: projection, build, head } = status;
  meters.position.set({ projection }, status.position);
  meters.lagEvents.set({ projection }, status.lag);
  meters.lagSeconds.set({ projection }, status.lagSeconds);
  meters.parked.set({ projection }, status.parked);
  for (const state of Object.keys(STATES))
    meters.state.set({ projection, state }, state === status.state ? 1 : 0);
  // From 0 on, or their first increase would not be seen as one.
  meters.streamsParked.inc({ projection }, 0);
  for (const outcome of ['live', 'stopped']) meters.builds.inc({ projection, outcome }, 0);
  if (build === null) return;
  meters.buildPosition.set({ projection }, build.position);
  meters.buildProgress.set({ projection }, head === 0 ? 1 : Math.min(1, build.position / head));
}
