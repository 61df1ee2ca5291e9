import type { JsonRow, RowChange } from '../history/row-change.ts';
import type { DifferingRow } from './compare.ts';
import { isSameRow, type RowReplays } from './row-replays.ts';
import { explains, isSameButFor, STEADY, unsteadyIn } from './unsteady.ts';
import type { DifferenceCause } from './verification.ts';

/** Why a row differs, and the position after which it does; undefined where no event is known for it. */
export interface Cause {
  readonly cause: DifferenceCause;
  readonly at: number | undefined;
}

/** Events of a batch of the second look at a row: those of the first one are as many as the budget allows. */
const SECOND_SPAN = 5_003;

/**
 * @param versions what the events of one replay did to the row
 * @param parting the first event of which two other replays make something else; undefined where they agree
 */
export async function causeByKey(
  row: DifferingRow,
  versions: readonly RowChange[],
  replays: RowReplays,
  parting: number | undefined,
): Promise<Cause> {
  const isSteady = parting === undefined && isSameRow(endOf(versions), row.replayed);
  const unsteady = isSteady
    ? STEADY
    : unsteadyIn([row.replayed, endOf(versions), endOf(await replays.versions(SECOND_SPAN))]);
  if (explains(unsteady, row)) return { cause: 'nondeterministic', at: parting };
  const isSame = (one: JsonRow | null, other: JsonRow | null) => isSameButFor(unsteady, one, other);
  // The latest event that the row would have to forget to be what it is.
  const forgotten = versions.findLast(
    ({ before, after }) => isSame(before, row.live) && !isSame(before, after),
  );
  if (forgotten !== undefined) return { cause: 'behind', at: forgotten.position };
  return { cause: 'edited', at: versions.at(-1)?.position };
}

/** As `causeByKey`, for a view without one: which row is which there nobody can tell, only whether its replays agree. */
export async function causeInBag(
  { view, live }: DifferingRow,
  versions: readonly RowChange[],
  replays: RowReplays,
  parting: number | undefined,
): Promise<Cause> {
  const own = parting === undefined ? undefined : await replays.parting([view.name]);
  if (own !== undefined) return { cause: 'nondeterministic', at: own };
  return { cause: live === null ? 'behind' : 'edited', at: versions.at(-1)?.position };
}

/** The row as its last event left it. */
export function endOf(versions: readonly RowChange[]): JsonRow | null {
  return versions.at(-1)?.after ?? null;
}
