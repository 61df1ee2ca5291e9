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
  /** By stream. A request whose events are all duplicates succeeds whatever is expected: it is a repeat. */
  readonly expected: ReadonlyMap<string, ExpectedVersion>;
}

/** Writes events inside a transaction that its caller holds. It assigns positions and versions, both without gaps. */
export class LogWriter {
  readonly #statements;
  #head = 0;
  #types = new Map<string, number>();

  constructor(db: SqliteDatabase, schema = 'main') {
    this.#statements = {
      head: db.prepare(`SELECT coalesce(max(position), 0) FROM ${schema}.events`).pluck(),
      version: db.prepare(`SELECT coalesce(max(version), 0) FROM ${schema}.events WHERE stream = ?`).pluck(),
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
    this.#head = this.#statements.head.get() as number;
    this.#types.clear();
  }

  finish(): void {
    for (const [type, events] of this.#types) this.#statements.count.run(type, events);
  }

  /** Appends one request. Throws VERSION_CONFLICT, after which the caller must undo what this call wrote. */
  append(request: AppendRequest): AppendedEvent[] {
    const versions = new Map<string, number>();
    const headBefore = this.#head;
    const appended = request.events.map((event) => this.#appendOne(event, versions));
    if (this.#head === headBefore) return appended;
    for (const [stream, expected] of request.expected) this.#checkVersion(stream, expected, appended);
    // Counted only now: a request that failed is undone by a savepoint, and these counts must not outlive it.
    for (const [index, event] of request.events.entries()) {
      if (appended[index]?.isDuplicate === false)
        this.#types.set(event.type, (this.#types.get(event.type) ?? 0) + 1);
    }
    return appended;
  }

  /** Forgets the positions that an undone request had taken. */
  undo(): void {
    this.#head = this.#statements.head.get() as number;
  }

  #appendOne(event: CheckedEvent, versions: Map<string, number>): AppendedEvent {
    const { id, stream } = event;
    const version = (versions.get(stream) ?? (this.#statements.version.get(stream) as number)) + 1;
    const position = this.#head + 1;
    const { changes } = this.#statements.insert.run(
      position,
      id,
      stream,
      version,
      event.type,
      event.schemaVersion,
      event.time,
      event.data,
      event.metadata,
    );
    if (changes === 0) return { id, ...(this.#statements.known.get(id) as Place), isDuplicate: true };
    this.#head = position;
    versions.set(stream, version);
    return { id, position, stream, version, isDuplicate: false };
  }

  #checkVersion(stream: string, expected: ExpectedVersion, appended: readonly AppendedEvent[]): void {
    const first = appended.find((event) => event.stream === stream && !event.isDuplicate);
    if (expected === undefined || first === undefined) return;
    const wanted = expected === 'none' ? 0 : expected;
    const actual = first.version - 1;
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
