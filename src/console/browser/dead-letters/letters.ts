import type { ErrorReport } from '../status.ts';

export interface Parked {
  readonly partition: string;
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  /** The event that could not be applied, and those behind it. */
  readonly waiting: number;
  readonly error: ErrorReport;
  readonly statement: string | null;
  readonly parkedAt: string;
  readonly attempts: number;
  readonly triedAt: string | null;
}

export interface Decision {
  readonly id: number;
  readonly kind: 'retry' | 'discard';
  readonly partition: string;
  /** Of the event that it is about. */
  readonly eventPosition: number;
  readonly reason: string | null;
  readonly by: string | null;
  readonly at: string;
}

export interface Letters {
  readonly projection: string;
  readonly generation: number | null;
  readonly parked: readonly Parked[];
  readonly decisions: readonly Decision[];
}

/** Where the dead letters of a projection are in the API, or those of one partition. */
export function pathOf(projection: string, partition?: string): string {
  const list = `/projections/${encodeURIComponent(projection)}/dead-letters`;
  return partition === undefined ? list : `${list}/${encodeURIComponent(partition)}`;
}
