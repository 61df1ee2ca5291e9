import type { SqliteDatabase } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { CheckedEvent } from './event.ts';

/** The version that a stream must have before an append: its number of events, or 'none' for a stream that is new. */
export type ExpectedVersion = number | 'none' | undefined;

export interface AppendedEvent {
  readonly id: string;
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  /** True when the log already held an event of this id: nothing was written, and the place is that event's. */
  readonly isDuplicate: boolean;
}

export interface AppendRequest {
  readonly events: readonly CheckedEvent[];
  /**
   * By stream, whether or not an event goes to it. A request whose events are all duplicates succeeds whatever is
   * expected: it is a repeat.
   */
  readonly expected: ReadonlyMap<string, ExpectedVersion>;
}

/** Streams whose versions are remembered within a transaction. */
const REMEMBERED_STREAMS = 100_000;

/** Writes events inside a transaction that its caller holds. It assigns positions and versions, both without gaps. */
export class LogWriter {
  readonly #statements;
  /** The version of each stream that this transaction has looked at: under the write lock nobody else changes it. */
  readonly #versions = new Map<string, number>();
  readonly #types = new Map<string, number>();
  #head = 0;

  constructor(db: SqliteDatabase, schema = 'main') {
    this.#statements = {
      head: db.prepare(`SELECT coalesce(max(position), 0) FROM ${schema}.events`).pluck(),
      // `+?`: of a bare one SQLite looks at the value when it plans, and plans anew for each that is bound.
      version: db.prepare(`SELECT coalesce(max(version), 0) FROM ${schema}.events WHERE stream = +?`).pluck(),
      known: db.prepare(`SELECT position, stream, version FROM ${schema}.events WHERE id = ?`),
      insert: db.prepare(
        `INSERT INTO ${schema}.events (position, id, stream, version, type, schema_version, time, data, metadata)
         VALUES (?, ?, ?, ?, ?, ?, ?, jsonb(?), jsonb(?)) ON CONFLICT (id) DO NOTHING`,
      ),
      count: db.prepare(
        `INSERT INTO ${schema}.event_types VALUES (?, ?) ON CONFLICT (type) DO UPDATE SET events = events + excluded.events`,
      ),
    };
  }

  /** Call once at the start of each transaction, and `finish` before it commits. */
  begin(): void {
    this.#types.clear();
    this.undo();
  }

  finish(): void {
    for (const [type, events] of this.#types) this.#statements.count.run(type, events);
  }

  /** Appends one request. Throws VERSION_CONFLICT; the caller must then roll back what it wrote, and call `undo`. */
  append(request: AppendRequest): AppendedEvent[] {
    const appended = request.events.map((event) => this.#write(event));
    if (appended.every(({ isDuplicate }) => isDuplicate)) return appended;
    for (const [stream, expected] of request.expected) this.#checkVersion(stream, expected, appended);
    // Counted only now: a request that failed is undone by a savepoint, and these counts must not outlive it.
    for (const [index, event] of request.events.entries()) {
      if (appended[index]?.isDuplicate === false) this.#count(event.type);
    }
    return appended;
  }

  /** Appends one event, whatever version its stream has. */
  appendOne(event: CheckedEvent): AppendedEvent {
    const appended = this.#write(event);
    if (!appended.isDuplicate) this.#count(event.type);
    return appended;
  }

  /** Forgets the positions and versions that an undone request had taken. */
  undo(): void {
    this.#head = this.#statements.head.get() as number;
    this.#versions.clear();
  }

  #write(event: CheckedEvent): AppendedEvent {
    const { id, stream, type, schemaVersion, time, data, metadata } = event;
    const version = this.#versionOf(stream) + 1;
    const position = this.#head + 1;
    const { insert, known } = this.#statements;
    const { changes } = insert.run(position, id, stream, version, type, schemaVersion, time, data, metadata);
    if (changes === 0) return { id, ...(known.get(id) as Place), isDuplicate: true };
    this.#head = position;
    this.#versions.set(stream, version);
    return { id, position, stream, version, isDuplicate: false };
  }

  #versionOf(stream: string): number {
    const remembered = this.#versions.get(stream);
    if (remembered !== undefined) return remembered;
    if (this.#versions.size >= REMEMBERED_STREAMS) this.#versions.clear();
    const version = this.#statements.version.get(stream) as number;
    this.#versions.set(stream, version);
    return version;
  }

  #count(type: string): void {
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
  }

  #checkVersion(stream: string, expected: ExpectedVersion, appended: readonly AppendedEvent[]): void {
    if (expected === undefined) return;
    const first = appended.find((event) => event.stream === stream && !event.isDuplicate);
    const wanted = expected === 'none' ? 0 : expected;
    const actual = first === undefined ? this.#versionOf(stream) : first.version - 1;
    if (actual === wanted) return;
    throw new ProjectionistError(
      'VERSION_CONFLICT',
      `Stream ${stream} is at version ${actual}, not at ${wanted}`,
      {
        hint: 'Read the stream again, decide anew, and append with the version you then read.',
        evidence: { stream, expected: wanted, actual },
      },
    );
  }
}

interface Place {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
}
