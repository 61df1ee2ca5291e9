import type { JsonRow } from '../history/row-change.ts';

/** One view, compared with what a second replay gives. */
export interface ViewComparison {
  readonly view: string;
  /** Rows of the generation. */
  readonly rows: number;
  /** Rows that only one of the two has, or that differ. */
  readonly differing: number;
}

/** A column in which a row differs. */
export interface ColumnDifference {
  readonly column: string;
  readonly live: unknown;
  readonly replayed: unknown;
}

/**
 * Why a row differs. 'edited': no event left it like this, so something else wrote it; 'behind': it is as it was before
 * an event; 'nondeterministic': two replays of the same events differ.
 */
export type DifferenceCause = 'edited' | 'behind' | 'nondeterministic';

/** The event after which a row and its replay part. */
export interface PartingEvent {
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly time: string;
}

/** The first row, by its key, that differs. Its values are the user's: they are shown to who asks, and not logged. */
export interface RowDifference {
  readonly view: string;
  /** Null where the view has no primary key. */
  readonly key: JsonRow | null;
  /** 'missing': only the replay has it; 'extra': only the generation has it. */
  readonly kind: 'missing' | 'extra' | 'different';
  readonly columns: readonly ColumnDifference[];
  readonly cause: DifferenceCause;
  /** Null where no event has touched the row. */
  readonly event: PartingEvent | null;
}

/** What a generation is, against an independent replay of the same events. */
export interface Verification {
  readonly projection: string;
  readonly generation: number;
  /** Both are compared as of this position. */
  readonly position: number;
  readonly isSame: boolean;
  readonly views: readonly ViewComparison[];
  /** Null where nothing differs. */
  readonly difference: RowDifference | null;
  readonly seconds: number;
}

/** The difference in a sentence that tells no values. */
export function describeDifference({ view, kind, cause, event }: RowDifference): string {
  const what = {
    missing: `a row of ${view} is missing`,
    extra: `${view} has a row that a replay does not give`,
    different: `a row of ${view} differs from its replay`,
  }[kind];
  const place =
    event === null ? 'no event has touched it' : PARTING[cause](`${event.position} (${event.type})`);
  return `${what}: ${place}`;
}

const PARTING: Readonly<Record<DifferenceCause, (event: string) => string>> = {
  edited: (event) => `no event left it like this; the last that touched it is at position ${event}`,
  behind: (event) => `it is as it was before the event at position ${event}`,
  nondeterministic: (event) => `two replays of the same events part at position ${event}`,
};
