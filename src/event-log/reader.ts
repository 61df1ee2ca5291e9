import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import type { RecordedEvent } from './event.ts';
import { CORRELATION } from './format.ts';

const COLUMNS =
  'position, id, stream, version, type, schema_version AS schemaVersion, time, json(data) AS data, json(metadata) AS metadata';

export interface ReadOptions {
  /** Only positions greater than this one. Default 0. */
  readonly after?: number | undefined;
  /** Only positions smaller than this one. */
  readonly before?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly stream?: string | undefined;
  /** Only events whose metadata has this `correlationId`. */
  readonly correlation?: string | undefined;
  /** True for the last one first. */
  readonly isDescending?: boolean | undefined;
  /** At most so many events. Default: all. */
  readonly limit?: number | undefined;
}

/** An event's place in a distributed trace (W3C Trace Context), from its metadata. */
export interface TracedEvent {
  readonly position: number;
  readonly type: string;
  readonly traceparent: unknown;
  readonly tracestate: unknown;
}

/** Events read at a time. Nothing stays open between two pages, so a slow reader holds up no checkpoint of the WAL. */
const PAGE = 250;

/** Reads the log through a connection of its own. Data is as it was written: upcasting is the reader's affair. */
export class LogReader {
  readonly #db: SqliteDatabase;
  readonly #head: SqliteStatement;
  readonly #timeAt: SqliteStatement;
  readonly #versionAt: SqliteStatement;
  readonly #pages = new Map<string, SqliteStatement>();
  #countOf: SqliteStatement | undefined;
  #traced: SqliteStatement | undefined;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#head = db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck();
    this.#timeAt = db.prepare('SELECT time FROM events WHERE position = ?').pluck();
    this.#versionAt = db
      .prepare('SELECT coalesce(max(version), 0) FROM events WHERE stream = +? AND position <= ?')
      .pluck();
  }

  /** The log's identity, made when the file was made. */
  id(): string {
    return this.#db.prepare('SELECT id FROM log').pluck().get() as string;
  }

  /** The position of the last event; 0 for an empty log. */
  head(): number {
    return this.#head.get() as number;
  }

  /** The time of the event at `position`, or undefined where there is none. */
  timeAt(position: number): string | undefined {
    return this.#timeAt.get(position) as string | undefined;
  }

  /**
   * Since when the event at a position can have been in the log, in milliseconds since 1970: its own time, but no earlier
   * than the log itself, of which an imported event may be older. Undefined where there is none.
   */
  inLogSince(position: number): number | undefined {
    const time = this.timeAt(position);
    if (time === undefined) return undefined;
    const createdAt = this.#db.prepare('SELECT created_at FROM log').pluck().get() as string;
    return Math.max(Date.parse(time), Date.parse(createdAt));
  }

  /** How many events a stream has; 0 where there is no such stream. */
  version(stream: string): number {
    return this.#versionAt.get(stream, Number.MAX_SAFE_INTEGER) as number;
  }

  /** How many events of each type the log holds. */
  types(): { type: string; events: number }[] {
    return this.#db.prepare('SELECT type, events FROM event_types ORDER BY type').all() as {
      type: string;
      events: number;
    }[];
  }

  /** How many events of a type there are after one position and up to another; read from an index alone. */
  countOf(type: string, after: number, to: number): number {
    this.#countOf ??= this.#db
      .prepare(
        'SELECT count(*) FROM events INDEXED BY events_by_type WHERE type = ? AND position > ? AND position <= ?',
      )
      .pluck();
    return this.#countOf.get(type, after, to) as number;
  }

  /** The events after one position and up to another that carry a trace context. */
  traced(after: number, to: number): TracedEvent[] {
    this.#traced ??= this.#db.prepare(
      `SELECT position, type, metadata ->> '$.traceparent' AS traceparent, metadata ->> '$.tracestate' AS tracestate
       FROM events WHERE position > ? AND position <= ? AND metadata ->> '$.traceparent' IS NOT NULL`,
    );
    return this.#traced.all(after, to) as TracedEvent[];
  }

  /** The positions of `count` events of a type, or of all it has, evenly spread over those up to `head`. */
  spread(type: string, count: number, head: number): number[] {
    const total = this.#db
      .prepare('SELECT count(*) FROM events WHERE type = ? AND position <= ?')
      .pluck()
      .get(type, head) as number;
    return this.#db
      .prepare(
        `SELECT position FROM (
           SELECT position, row_number() OVER (ORDER BY position) - 1 AS place FROM events
           WHERE type = @type AND position <= @head
         ) WHERE place * @count % @total < @count`,
      )
      .pluck()
      .all({ type, head, count, total }) as number[];
  }

  /** Events in log order, up to the head of the moment when the first one is asked for. */
  *read(options: ReadOptions = {}): Generator<RecordedEvent> {
    const { limit = Number.POSITIVE_INFINITY } = options;
    if (limit <= 0) return;
    let left = limit;
    for (const page of this.#pagesOf(options, Math.min(PAGE, limit))) {
      for (const row of page) {
        yield eventOf(row);
        left -= 1;
        if (left === 0) return;
      }
    }
  }

  /** As `read`, at once. */
  readAll(options: ReadOptions = {}): RecordedEvent[] {
    return [...this.read(options)];
  }

  #pagesOf(options: ReadOptions, size: number): Generator<Row[]> {
    const { stream, correlation, types = [], after = 0, isDescending = false } = options;
    const last = Math.min(this.head(), (options.before ?? Number.POSITIVE_INFINITY) - 1);
    const filter = filterOf(types, correlation, stream);
    const values = [...types, ...(correlation === undefined ? [] : [correlation])];
    if (stream === undefined) {
      const page = this.#page('position', filter, isDescending);
      const read = (from: number, to: number): Row[] => page.all(from, to, ...values, size) as Row[];
      const range = { from: after, to: last, size, placeOf: ({ position }: Row) => position, read };
      // An index finds the events of a correlation, wherever they are; those of a type may be close together.
      const span = correlation === undefined ? size : Number.POSITIVE_INFINITY;
      return pages({ ...range, span, isDescending });
    }
    const page = this.#page('version', `${filter} AND stream = +?`, isDescending);
    const read = (from: number, to: number): Row[] => page.all(from, to, ...values, stream, size) as Row[];
    const from = after === 0 ? 0 : (this.#versionAt.get(stream, after) as number);
    const to = this.#versionAt.get(stream, last) as number;
    const placeOf = ({ version }: Row): number => version;
    return pages({ from, to, size, placeOf, read, span: Number.POSITIVE_INFINITY, isDescending });
  }

  #page(place: 'position' | 'version', filter: string, isDescending: boolean): SqliteStatement {
    const where = `${place} > ? AND ${place} <= ?${filter} ORDER BY ${place}${isDescending ? ' DESC' : ''}`;
    const known = this.#pages.get(where);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(`SELECT ${COLUMNS} FROM events WHERE ${where} LIMIT +?`);
    this.#pages.set(where, statement);
    return statement;
  }
}

const SPAN_GROWTH = 4;

interface PageRange {
  /** Places are read after this one, up to `to`. */
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** How many places the first page looks at; later ones more, where few of them are wanted. */
  readonly span: number;
  readonly isDescending: boolean;
  readonly placeOf: (row: Row) => number;
  readonly read: (from: number, to: number) => Row[];
}

/** Reads a range of places page by page, from its beginning or from its end. */
function* pages({
  from,
  to,
  size,
  span: firstSpan,
  isDescending,
  placeOf,
  read,
}: PageRange): Generator<Row[]> {
  let span = firstSpan;
  let [low, high] = [from, to];
  while (low < high) {
    const [start, end] = isDescending
      ? [Math.max(low, high - span), high]
      : [low, Math.min(low + span, high)];
    const page = read(start, end);
    yield page;
    const last = page.length === size ? page.at(-1) : undefined;
    if (isDescending) high = last === undefined ? start : placeOf(last) - 1;
    else low = last === undefined ? end : placeOf(last);
    span = last === undefined ? span * SPAN_GROWTH : Math.max(size, span / SPAN_GROWTH);
  }
}

/**
 * With '+' before a column SQLite does not consider its index (https://sqlite.org/optoverview.html, 2.2): within a stream
 * or a correlation few events are to be looked at.
 */
function filterOf(
  types: readonly string[],
  correlation: string | undefined,
  stream: string | undefined,
): string {
  const isNarrow = stream !== undefined || correlation !== undefined;
  const list = types.map(() => '?').join(', ');
  const ofTypes = types.length === 0 ? '' : ` AND ${isNarrow ? '+' : ''}type IN (${list})`;
  if (correlation === undefined) return ofTypes;
  // The index is partial, and SQLite is to see that its condition holds.
  return `${ofTypes} AND ${CORRELATION} = ?${stream === undefined ? ` AND ${CORRELATION} IS NOT NULL` : ''}`;
}

type Row = Omit<RecordedEvent, 'data' | 'metadata'> & {
  readonly data: string;
  readonly metadata: string | null;
};

function eventOf(row: Row): RecordedEvent {
  return {
    ...row,
    data: JSON.parse(row.data) as unknown,
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as Record<string, unknown>),
  };
}
