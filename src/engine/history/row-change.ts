import { parseExactly } from '../../exact-json.ts';

/**
 * A row as the API shows it: values in their JSON form, by column name. An integer that a number would round is a bigint,
 * which `writeExactly` writes.
 */
export type JsonRow = Readonly<Record<string, unknown>>;

/** What one event did to one row, whatever its statements did to it on the way. */
export interface RowChange {
  readonly view: string;
  /** The event's. */
  readonly position: number;
  readonly change: 'insert' | 'update' | 'delete';
  /** The columns of the primary key; null where the view has none. */
  readonly key: JsonRow | null;
  /** Null for an insert. */
  readonly before: JsonRow | null;
  /** Null for a delete. */
  readonly after: JsonRow | null;
}

/** One write of one statement, as it was recorded: rows as JSON text. */
export interface RecordedWrite {
  readonly position: number;
  /** What tells the row from others: its key, or its row number. */
  readonly identityBefore: string | null;
  readonly identityAfter: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** Joins the writes of each event into what it did to each row; a row that ends as it began is left out. */
export function changesOf(
  view: string,
  primaryKey: readonly string[],
  writes: readonly RecordedWrite[],
): RowChange[] {
  const ends = new Map<string, Ends>();
  for (const write of writes) {
    const { position, identityBefore, identityAfter, before, after } = write;
    if (identityBefore === identityAfter) note(ends, position, identityBefore as string, before, after);
    else {
      // A key that changes is one row that ends and another that begins.
      if (identityBefore !== null) note(ends, position, identityBefore, before, null);
      if (identityAfter !== null) note(ends, position, identityAfter, null, after);
    }
  }
  return [...ends.values()]
    .filter(({ before, after }) => before !== after)
    .map((each) => changeOf(view, primaryKey, each));
}

interface Ends {
  readonly position: number;
  readonly before: string | null;
  after: string | null;
}

function note(
  ends: Map<string, Ends>,
  position: number,
  identity: string,
  before: string | null,
  after: string | null,
): void {
  const place = `${position} ${identity}`;
  const known = ends.get(place);
  if (known === undefined) ends.set(place, { position, before, after });
  else known.after = after;
}

function changeOf(view: string, primaryKey: readonly string[], { position, before, after }: Ends): RowChange {
  const [old, now] = [rowOf(before), rowOf(after)];
  const shown = (now ?? old) as JsonRow;
  return {
    view,
    position,
    change: old === null ? 'insert' : now === null ? 'delete' : 'update',
    key:
      primaryKey.length === 0
        ? null
        : Object.fromEntries(primaryKey.map((column) => [column, shown[column]])),
    before: old,
    after: now,
  };
}

function rowOf(text: string | null): JsonRow | null {
  return text === null ? null : (parseExactly(text) as JsonRow);
}
