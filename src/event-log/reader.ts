import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import type { RecordedEvent } from './event.ts';

const COLUMNS =
  'position, id, stream, version, type, schema_version AS schemaVersion, time, json(data) AS data, json(metadata) AS metadata';

export interface ReadOptions {
  /** Only positions greater than this one. Default 0. */
  readonly after?: number | undefined;
  readonly types?: readonly string[] | undefined;
  readonly stream?: string | undefined;
  /** At most so many events. Default: all. */
  readonly limit?: number | undefined;
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

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#head = db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck();
    this.#timeAt = db.prepare('SELECT time FROM events WHERE position = ?').pluck();
    this.#versionAt = db
      .prepare('SELECT coalesce(max(version), 0) FROM events WHERE stream = ? AND position <= ?')
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

  /** Events in log order, up to the head of the moment when the first one is asked for. */
  *read(options: ReadOptions = {}): Generator<RecordedEvent> {
    const { stream, limit = Number.POSITIVE_INFINITY } = options;
    if (limit <= 0) return;
    const size = Math.min(PAGE, limit);
    const pages =
      stream === undefined ? this.#pagesOfLog(options, size) : this.#pagesOfStream(stream, options, size);
    let left = limit;
    for (const page of pages) {
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

  /** Reads range by range. Where few events are of the wanted types, the ranges grow. */
  *#pagesOfLog({ after = 0, types = [] }: ReadOptions, size: number): Generator<Row[]> {
    const statement = this.#page(`position > ? AND position <= ?${typeFilter(types)} ORDER BY position`);
    const head = this.head();
    let span = size;
    for (let from = after; from < head;) {
      const to = Math.min(from + span, head);
      const page = statement.all(from, to, ...types, size) as Row[];
      yield page;
      const isFull = page.length === size;
      from = isFull ? (page.at(-1)?.position ?? to) : to;
      span = isFull ? Math.max(size, span / SPAN_GROWTH) : span * SPAN_GROWTH;
    }
  }

  *#pagesOfStream(stream: string, { after = 0, types = [] }: ReadOptions, size: number): Generator<Row[]> {
    const statement = this.#page(`stream = ? AND version > ?${typeFilter(types, '+')} ORDER BY version`);
    let version = after === 0 ? 0 : (this.#versionAt.get(stream, after) as number);
    let page: Row[];
    do {
      page = statement.all(stream, version, ...types, size) as Row[];
      yield page;
      version = page.at(-1)?.version ?? version;
    } while (page.length === size);
  }

  #page(rest: string): SqliteStatement {
    const known = this.#pages.get(rest);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(`SELECT ${COLUMNS} FROM events WHERE ${rest} LIMIT ?`);
    this.#pages.set(rest, statement);
    return statement;
  }
}

const SPAN_GROWTH = 4;

/** With the prefix '+' SQLite does not consider the index of types (https://sqlite.org/optoverview.html, 2.2). */
function typeFilter(types: readonly string[], prefix: '' | '+' = ''): string {
  return types.length === 0 ? '' : ` AND ${prefix}type IN (${types.map(() => '?').join(', ')})`;
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
