import { parseAnswer } from './client-error.ts';
import type { Connection } from './connection.ts';
import { type Operand, operandText } from './operand.ts';
import type { CancelSignal } from './platform.ts';

/** A row's key: its value, or several in the order of the primary key. */
export type Key = Operand | readonly Operand[];

export interface TraceOptions {
  readonly signal?: CancelSignal;
}

/** What events did to a row. */
export interface Trace<Row> {
  /** Everything that events up to here did to the row is among the entries. */
  readonly position: number;
  /** In the order in which they happened. */
  readonly entries: readonly TraceEntry<Row>[];
}

/** What one event did to the row. */
export interface TraceEntry<Row> {
  /** The event's; what follows up to `time` is the event's as well. */
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly time: Date;
  readonly change: 'insert' | 'update' | 'delete';
  /** The row as it was; null for an insert. */
  readonly before: Row | null;
  /** The row as it is from there on; null for a delete. */
  readonly after: Row | null;
}

export async function traceRow<Row>(
  connection: Connection,
  view: string,
  key: Key,
  { signal }: TraceOptions,
): Promise<Trace<Row>> {
  const values = Array.isArray(key) ? (key as readonly Operand[]) : [key];
  const search = values.map((value) => `key=${encodeURIComponent(operandText(value))}`).join('&');
  const response = await connection.send(`/views/${encodeURIComponent(view)}/trace?${search}`, { signal });
  const { position, entries } = parseAnswer(response.status, await response.text()) as Answer<Row>;
  return { position, entries: entries.map((entry) => ({ ...entry, time: new Date(entry.time) })) };
}

interface Answer<Row> {
  readonly position: number;
  readonly entries: readonly (Omit<TraceEntry<Row>, 'time'> & { readonly time: string })[];
}
