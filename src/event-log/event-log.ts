import type { Readable } from 'node:stream';
import { migrate } from '../database/migrate.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { storageError } from '../database/storage-error.ts';
import { ProjectionistError } from '../errors.ts';
import type { EventCatalogue } from './catalogue.ts';
import { type EventCheck, eventCheck } from './check-event.ts';
import type { NewEvent, RecordedEvent } from './event.ts';
import { LOG_FORMAT } from './format.ts';
import { GroupCommit } from './group-commit.ts';
import { HeadWatch } from './head-watch.ts';
import { importLines, type ImportOptions, type ImportResult } from './import.ts';
import { LogReader, type ReadOptions } from './reader.ts';
import { type AppendedEvent, type ExpectedVersion, LogWriter } from './writer.ts';

export interface AppendOptions {
  /** Refuse the append unless the stream has exactly this version: a number of events, or 'none'. */
  readonly expectedVersion?: ExpectedVersion;
}

/** What an append answers. */
export interface AppendResult {
  readonly events: readonly AppendedEvent[];
  /** The greatest position among the events: wait for it to read your own write. */
  readonly position: number;
}

export interface EventLogOptions {
  /** Event types and schemas to check appends against. Without it any event passes. */
  readonly catalogue?: EventCatalogue | undefined;
  readonly now?: () => Date;
}

/** The append-only log of all events, in one SQLite file. */
export class EventLog {
  readonly path: string;
  readonly #writerConnection: SqliteDatabase;
  readonly #readerConnection: SqliteDatabase;
  readonly #reader: LogReader;
  readonly #writer: LogWriter;
  readonly #commits: GroupCommit;
  readonly #watch: HeadWatch;
  readonly #now: () => Date;
  #check: EventCheck;
  #isImporting = false;

  private constructor(path: string, options: EventLogOptions) {
    this.path = path;
    this.#now = options.now ?? (() => new Date());
    this.#check = eventCheck(options.catalogue, this.#now);
    this.#writerConnection = openDatabase(path, { purpose: 'durable' });
    migrate(this.#writerConnection, LOG_FORMAT);
    this.#writerConnection.pragma('busy_timeout = 0');
    this.#readerConnection = openDatabase(path, { purpose: 'read' });
    this.#reader = new LogReader(this.#readerConnection);
    this.#writer = new LogWriter(this.#writerConnection);
    this.#watch = new HeadWatch(this.#readerConnection, () => this.#reader.head());
    this.#commits = new GroupCommit(this.#writerConnection, this.#writer, () => this.#watch.check());
  }

  /** Opens the log at `path`, making it where it is missing. */
  static open(path: string, options: EventLogOptions = {}): EventLog {
    return new EventLog(path, options);
  }

  /** The log's identity: a generation that was built from another log is of no use with this one. */
  get id(): string {
    return this.#reader.id();
  }

  /** Checks appends against another catalogue from now on. */
  useCatalogue(catalogue: EventCatalogue | undefined): void {
    this.#check = eventCheck(catalogue, this.#now);
  }

  /**
   * Appends events to one stream, all or none, and resolves when they are on disk. An event whose id the log already
   * holds is not appended again. Throws EVENT_INVALID, EVENT_TYPE_UNKNOWN, EVENT_SCHEMA_NEWER or VERSION_CONFLICT.
   */
  async append(
    stream: string,
    events: Omit<NewEvent, 'stream'> | readonly Omit<NewEvent, 'stream'>[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    const list = (Array.isArray(events) ? events : [events]) as readonly Omit<NewEvent, 'stream'>[];
    return this.appendAll(
      list.map((event) => ({ ...event, stream })),
      new Map([[stream, options.expectedVersion]]),
    );
  }

  /** As `append`, for events that name their streams themselves; still all or none. */
  async appendAll(
    events: readonly NewEvent[],
    expected: ReadonlyMap<string, ExpectedVersion> = new Map(),
  ): Promise<AppendResult> {
    if (!this.#writerConnection.open) throw new ProjectionistError('CLOSED', 'The event log is closed');
    if (events.length === 0) throw new ProjectionistError('EVENT_INVALID', 'There is no event to append');
    const appended = await this.#commits.append({ events: events.map(this.#check), expected });
    return { events: appended, position: Math.max(...appended.map(({ position }) => position)) };
  }

  /** Imports NDJSON in one transaction: all lines or, with `skipInvalid`, all good ones. Other appends wait for it. */
  async importLines(input: Readable, options: ImportOptions = {}): Promise<ImportResult> {
    if (this.#isImporting) throw new ProjectionistError('LOCKED', 'An import is already running');
    this.#isImporting = true;
    const db = openDatabase(this.path, { purpose: 'durable' });
    try {
      return await this.#importThrough(db, input, options);
    } catch (error) {
      throw storageError(error, this.path);
    } finally {
      db.close();
      this.#isImporting = false;
      this.#watch.check();
    }
  }

  async #importThrough(db: SqliteDatabase, input: Readable, options: ImportOptions): Promise<ImportResult> {
    const writer = new LogWriter(db);
    const expected = new Map<string, ExpectedVersion>();
    db.exec('BEGIN IMMEDIATE');
    writer.begin();
    const sink = {
      append: (event: Parameters<LogWriter['append']>[0]['events'][number]) =>
        writer.append({ events: [event], expected })[0] as AppendedEvent,
    };
    const result = await importLines(input, this.#check, sink, options);
    writer.finish();
    db.exec('COMMIT');
    return result;
  }

  /** The events of one stream, from its first. */
  read(stream: string, options: Omit<ReadOptions, 'stream'> = {}): Generator<RecordedEvent> {
    return this.#reader.read({ ...options, stream });
  }

  /** Events of the whole log, in order of position. */
  readAll(options: ReadOptions = {}): Generator<RecordedEvent> {
    return this.#reader.read(options);
  }

  /** The position of the last event; 0 for an empty log. */
  head(): number {
    return this.#reader.head();
  }

  /** The time of the event at `position`. */
  timeAt(position: number): string | undefined {
    return this.#reader.timeAt(position);
  }

  /** How many events of each type the log holds. */
  types(): { type: string; events: number }[] {
    return this.#reader.types();
  }

  /** Calls `listener` with the head whenever the log grows, whoever appended; the returned function ends that. */
  onGrowth(listener: (head: number) => void): () => void {
    return this.#watch.listen(listener);
  }

  /** Yields every event after `after`, those that are there and then each new one, until `signal` aborts. */
  async *subscribe(
    after: number,
    options: Omit<ReadOptions, 'after'> & { signal?: AbortSignal } = {},
  ): AsyncGenerator<RecordedEvent> {
    const { signal, ...filter } = options;
    let position = after;
    let wake = () => {};
    const stop = this.onGrowth(() => wake());
    const onAbort = () => wake();
    signal?.addEventListener('abort', onAbort);
    try {
      while (signal?.aborted !== true) {
        const grown = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const head = this.head();
        for (const event of this.#reader.readAll({ ...filter, after: position, limit: SUBSCRIPTION_PAGE })) {
          position = event.position;
          yield event;
        }
        if (position >= head || this.#nothingAfter(position, filter)) {
          position = Math.max(position, head);
          await grown;
        }
      }
    } finally {
      stop();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #nothingAfter(position: number, filter: ReadOptions): boolean {
    return this.#reader.readAll({ ...filter, after: position, limit: 1 }).length === 0;
  }

  /** Answers every append that was asked for, then closes the file. */
  async close(): Promise<void> {
    this.#watch.close();
    await this.#commits.drain();
    this.#readerConnection.close();
    this.#writerConnection.close();
  }
}

/** Events read at a time by a subscription, so that a slow reader holds no long read transaction. */
const SUBSCRIPTION_PAGE = 500;
