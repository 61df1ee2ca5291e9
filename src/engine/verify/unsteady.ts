import { writeExactly } from '../../exact-json.ts';
import type { JsonRow } from '../history/row-change.ts';
import type { DifferingRow } from './compare.ts';

/** In what replays of the same events disagree about one row. */
export interface Unsteady {
  /** True where some of them have the row, and some do not. */
  readonly isPresence: boolean;
  readonly columns: ReadonlySet<string>;
}

export const STEADY: Unsteady = { isPresence: false, columns: new Set() };

/** @param ends the row at the end of each replay; null where it is not there */
export function unsteadyIn(ends: readonly (JsonRow | null)[]): Unsteady {
  const rows = ends.filter((end) => end !== null);
  const [first, ...others] = rows;
  const columns = Object.keys(first ?? {}).filter((column) =>
    others.some((row) => !isSameValue(row[column], first?.[column])),
  );
  return { isPresence: rows.length > 0 && rows.length < ends.length, columns: new Set(columns) };
}

/** Whether all that a row differs in is what replays disagree about as well. */
export function explains({ isPresence, columns }: Unsteady, { view, live, replayed }: DifferingRow): boolean {
  if (isPresence) return true;
  if (live === null || replayed === null) return false;
  return view.columns.every(({ name }) => columns.has(name) || isSameValue(live[name], replayed[name]));
}

/** Whether two versions of a row are the same in what replays agree about. */
export function isSameButFor(unsteady: Unsteady, one: JsonRow | null, other: JsonRow | null): boolean {
  if (one === null || other === null) return one === other;
  return Object.keys(one).every(
    (column) => unsteady.columns.has(column) || isSameValue(one[column], other[column]),
  );
}

/** Of two values as the API shows them. */
export function isSameValue(one: unknown, other: unknown): boolean {
  return one === other || writeExactly(one) === writeExactly(other);
}
