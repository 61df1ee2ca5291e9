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

/** Reads the log through a connection of its own. Data is as it was written: upcasting is the reader's affair. */
export class LogReader {
  readonly #db: SqliteDatabase;
  readonly #head: SqliteStatement;
  readonly #lastTime: SqliteStatement;
  readonly #cache = new Map<string, SqliteStatement>();

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#head = db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck();
    this.#lastTime = db.prepare('SELECT time FROM events WHERE position = ?').pluck();
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
    return this.#lastTime.get(position) as string | undefined;
  }

  /** How many events of each type the log holds. */
  types(): { type: string; events: number }[] {
    return this.#db.prepare('SELECT type, events FROM event_types ORDER BY type').all() as {
      type: string;
      events: number;
    }[];
  }

  /** Events in log order. */
  *read(options: ReadOptions = {}): Generator<RecordedEvent> {
    const types = options.types ?? [];
    const statement = this.#statement(types.length, options.stream !== undefined);
    const values = [options.after ?? 0, ...types, ...(options.stream === undefined ? [] : [options.stream])];
    for (const row of statement.iterate(...values, options.limit ?? -1)) yield eventOf(row as Row);
  }

  /** As `read`, at once. */
  readAll(options: ReadOptions = {}): RecordedEvent[] {
    return [...this.read(options)];
  }

  #statement(types: number, hasStream: boolean): SqliteStatement {
    const wheres = ['position > ?'];
    if (types > 0) wheres.push(`type IN (${Array(types).fill('?').join(', ')})`);
    if (hasStream) wheres.push('stream = ?');
    const sql = `SELECT ${COLUMNS} FROM events WHERE ${wheres.join(' AND ')} ORDER BY position LIMIT ?`;
    // A generator may be left open, and a statement can be iterated once at a time: a cached one is used only when free.
    const cached = this.#cache.get(sql);
    if (cached !== undefined && !cached.busy) return cached;
    const statement = this.#db.prepare(sql);
    this.#cache.set(sql, statement);
    return statement;
  }
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
