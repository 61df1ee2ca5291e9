import { type ErrorReport, ProjectionistError } from '../errors.ts';
import type { Pause } from './status.ts';

/** What those are told who wait for a position of a paused projection. */
export function paused(projection: string, { since, reason }: Pause): ProjectionistError {
  const why = reason === null ? '' : `: ${reason}`;
  return new ProjectionistError('PROJECTION_PAUSED', `${projection} is paused since ${since}${why}`, {
    hint: 'Read what it has, or resume it.',
    evidence: { projection },
  });
}

/** What those are told who wait for a position that nothing can bring any more. */
export function stopped(projection: string, { message, hint, evidence }: ErrorReport): ProjectionistError {
  return new ProjectionistError('PROJECTION_STOPPED', `${projection} has stopped: ${message}`, {
    hint,
    evidence: { projection, ...evidence },
  });
}
