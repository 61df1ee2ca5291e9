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
 * Why a row differs. 'edited': no event left it like this, so something else wrote it; 'unexplained': either that or, as
 * the program has functions or upcasters, one of them answered differently when the row was made; 'behind': it is as it was
 * before an event; 'nondeterministic': two replays of the same events differ in it as well.
 */
export type DifferenceCause = 'edited' | 'unexplained' | 'behind' | 'nondeterministic';

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
  /** Null where no event has touched the row, and where nobody knows since which event replays of it differ. */
  readonly event: PartingEvent | null;
  /** The first event of which two replays make something else, in whatever row; null where they agree. */
  readonly parting: PartingEvent | null;
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
export function describeDifference({ view, kind, cause, event, parting }: RowDifference): string {
  const what = {
    missing: `a row of ${view} is missing`,
    extra: `${view} has a row that a replay does not give`,
    different: `a row of ${view} differs from its replay`,
  }[kind];
  const place = event === null ? NOWHERE[cause] : PARTING[cause](placeOf(event));
  const besides =
    parting === null || cause === 'nondeterministic'
      ? ''
      : `; besides, two replays of the same events part at position ${placeOf(parting)}`;
  return `${what}: ${place}${besides}`;
}

function placeOf({ position, type }: PartingEvent): string {
  return `${position} (${type})`;
}

const DOUBT = 'something else wrote it, or a function or an upcaster answered differently when it was made';
const UNTOUCHED = 'no event has touched it';

const NOWHERE: Readonly<Record<DifferenceCause, string>> = {
  edited: UNTOUCHED,
  unexplained: `${UNTOUCHED}: ${DOUBT}`,
  behind: UNTOUCHED,
  nondeterministic: 'two replays of the same events differ in it',
};

const PARTING: Readonly<Record<DifferenceCause, (event: string) => string>> = {
  edited: (event) => `no event left it like this; the last that touched it is at position ${event}`,
  unexplained: (event) =>
    `no event leaves it like this: ${DOUBT}; the last that touched it is at position ${event}`,
  behind: (event) => `it is as it was before the event at position ${event}`,
  nondeterministic: (event) => `two replays of the same events part at position ${event}`,
};
