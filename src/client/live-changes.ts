import { writeExactly } from '../exact-json.ts';

/** Why all rows are sent again; see docs/live-queries.md. */
export type SnapshotReason = 'first' | 'gap' | 'behind' | 'changed';

/** What a live query tells. Changes of one position come one right after the other. */
export type LiveChange<Row> = LiveSnapshot<Row> | RowChange<Row>;

/** Forget what you have; these are the rows. */
export interface LiveSnapshot<Row> {
  readonly type: 'snapshot';
  readonly position: number;
  readonly reason: SnapshotReason;
  readonly rows: readonly Row[];
}

export type RowChange<Row> = RowArrival<Row> | RowDeparture<Row>;

/** A row entered the result, or changed, or moved. */
export interface RowArrival<Row> {
  readonly type: 'insert' | 'update';
  readonly position: number;
  /** The view's primary key. */
  readonly key: Partial<Row>;
  /** Where it stands once all changes of the position are made; not there where it stays in its place. */
  readonly index?: number;
  readonly row: Row;
}

/** A row is gone, or no longer matches, or fell out of the limit. */
export interface RowDeparture<Row> {
  readonly type: 'delete';
  readonly position: number;
  readonly key: Partial<Row>;
}

/** One message of the server: all that one position changed. */
export type LiveMessage<Row> =
  | LiveSnapshot<Row>
  | { readonly type: 'changes'; readonly position: number; readonly changes: readonly RowChange<Row>[] };

/** The whole result, as it is at a position. */
export interface LiveResult<Row> {
  readonly position: number;
  readonly rows: readonly Row[];
}

/** A live query's messages, one change at a time. */
export async function* changesOf<Row>(
  messages: AsyncIterable<LiveMessage<Row>>,
): AsyncGenerator<LiveChange<Row>, void, undefined> {
  for await (const message of messages)
    if (message.type === 'snapshot') yield message;
    else yield* message.changes;
}

/** The whole result after each of a live query's messages. */
export async function* resultsOf<Row extends object>(
  messages: AsyncIterable<LiveMessage<Row>>,
): AsyncGenerator<LiveResult<Row>, void, undefined> {
  let rows: readonly Row[] = [];
  for await (const message of messages) {
    rows = rowsAfter(rows, message);
    yield { position: message.position, rows };
  }
}

/**
 * The rows after a message. First every row goes that is deleted or has an index; then those with an index come in, one
 * by one.
 */
function rowsAfter<Row extends object>(rows: readonly Row[], message: LiveMessage<Row>): readonly Row[] {
  if (message.type === 'snapshot') return message.rows;
  const [change] = message.changes;
  const keyOf = keyReader(Object.keys(change?.key ?? {}));
  const byKey = new Map(message.changes.map((each) => [keyOf(each.key), each]));
  const result = rows.flatMap((row) => kept(row, byKey.get(keyOf(row))));
  for (const each of message.changes)
    if (each.type !== 'delete' && each.index !== undefined) result.splice(each.index, 0, each.row);
  return result;
}

function kept<Row>(row: Row, change: RowChange<Row> | undefined): Row[] {
  if (change === undefined) return [row];
  return change.type === 'delete' || change.index !== undefined ? [] : [change.row];
}

function keyReader(names: readonly string[]): (row: object) => string {
  return (row) => writeExactly(names.map((name) => (row as Record<string, unknown>)[name]));
}
