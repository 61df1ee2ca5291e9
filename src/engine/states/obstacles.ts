import { type ErrorReport, ProjectionistError } from '../../errors.ts';
import type { Pause } from './status.ts';

/** What there is of a projection, and what stands in its way. */
interface Prospects {
  readonly pause: Pause | null;
  readonly build: object | undefined;
  readonly buildError: ErrorReport | null;
  readonly live: { readonly hasFailed: boolean; readonly error: ErrorReport | null } | undefined;
}

/** Why nothing is left that could bring a projection further; undefined where something is. */
export function obstacleTo(
  projection: string,
  { pause, build, buildError, live }: Prospects,
): ProjectionistError | undefined {
  if (pause !== null) return paused(projection, pause);
  if (build !== undefined) return undefined;
  const error = live === undefined ? buildError : live.hasFailed ? live.error : null;
  return error === null ? undefined : stopped(projection, error);
}

/** What those are told who want something of a paused projection that would move it. */
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
