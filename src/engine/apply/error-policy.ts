import type { LoadedProjection } from '../../projection/load.ts';
import type { OnError } from '../../projection/define.ts';
import type { Decision } from '../dead-letters/decision.ts';
import type { FatalEvent } from './fatal-events.ts';

/** What a projector does about events that cannot be applied, and what was decided about them before. */
export interface ErrorPolicy {
  readonly onError: OnError;
  /** The share of partitions that may be parked, from 0 to 1. */
  readonly parkLimit: number;
  /** In order; each is carried out at its position. */
  readonly decisions: readonly Decision[];
  /** Events that are known not to come back, and so are not tried. */
  readonly fatal?: readonly FatalEvent[];
}

export const NO_POLICY: ErrorPolicy = { onError: 'stop', parkLimit: 0, decisions: [] };

/** By what a generation's runner deals with events that cannot be applied. */
export function errorPolicy(
  loaded: LoadedProjection | undefined,
  decisions: readonly Decision[],
  fatal: readonly FatalEvent[] = [],
): ErrorPolicy {
  const { onError = 'park', parkLimit = 1 } = loaded?.compiled.definition ?? {};
  return { onError, parkLimit, decisions, fatal };
}
