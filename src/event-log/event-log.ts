import type { Readable } from 'node:stream';
import { migrate } from '../database/migrate.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { EventCatalogue } from './catalogue.ts';
import type { NewEvent, RecordedEvent } from './event.ts';
import { LOG_FORMAT } from './format.ts';
import { HeadWatch } from './head-watch.ts';
import type { ImportOptions, ImportResult } from './import.ts';
import { type AppendResult, Intake } from './intake.ts';
import { logError } from './log-damage.ts';
import { LogFile } from './log-file.ts';
import type { LogInstrument } from './log-instrument.ts';
import { LogReader, type ReadOptions, type TracedEvent } from './reader.ts';
import { steadyClock } from './steady-clock.ts';
import { Subscription, type SubscribeOptions } from './subscription.ts';
import type { ExpectedVersion } from './writer.ts';

export interface AppendOptions {
  /** Refuse the append unless the stream has exactly this version: a number of events, or 'none'. */
  readonly expectedVersion?: ExpectedVersion;
}

export interface EventLogOptions {
  /** Event types and schemas to check appends against. Without it any event passes. */
  readonly catalogue?: EventCatalogue | undefined;
  readonly now?: () => Date;
  /** Hears of what keeps the log from being followed, when it begins. */
  readonly onFault?: ((error: unknown) => void) | undefined;
  readonly instrument?: LogInstrument | undefined;
}

/** The append-only log of all events, in one SQLite file. */
export class EventLog {
  readonly path: string;
  /** The log's identity: a generation that was built from another log is of no use with this one. */
  readonly id: string;
  readonly #writerConnection: SqliteDatabase;
  readonly #readerConnection: SqliteDatabase;
  readonly #reader: LogReader;
  readonly #intake: Intake;
  readonly #watch: HeadWatch;
  #closing: Promise<void> | undefined;

  private constructor(
    path: string,
    writer: SqliteDatabase,
    reader: SqliteDatabase,
    options: EventLogOptions,
  ) {
    this.path = path;
    this.#writerConnection = writer;
    this.#readerConnection = reader;
    this.#reader = new LogReader(reader);
    this.id = this.#reader.id();
    const file = new LogFile(path);
    this.#intake = new Intake(writer, file, {
      catalogue: options.catalogue,
      now: steadyClock(options.now ?? (() => new Date())),
      instrument: options.instrument,
      onGrowth: () => this.#look(),
    });
    // What a power cut could still take back is not shown to anybody who builds on it.
    this.#watch = new HeadWatch(
      reader,
      () => this.#reader.head(),
      () => this.#intake.isSyncing,
      { file, onFault: options.onFault ?? (() => {}) },
    );
  }

  /** Opens the log at `path`, making it where it is missing. */
  static open(path: string, options: EventLogOptions = {}): EventLog {
    const writer = openDatabase(path, { purpose: 'durable' });
    try {
      migrate(writer, LOG_FORMAT);
      // Waiting is left to beginWrite, which does not block the thread.
      writer.pragma('busy_timeout = 0');
      return new EventLog(path, writer, openDatabase(path, { purpose: 'read' }), options);
    } catch (error) {
      writer.close();
      throw logError(error, path);
    }
  }

  /** What appends are checked against; undefined where any event passes. */
  get catalogue(): EventCatalogue | undefined {
    return this.#intake.catalogue;
  }

  /** Checks appends against another catalogue from now on. */
  useCatalogue(catalogue: EventCatalogue | undefined): void {
    this.#intake.useCatalogue(catalogue);
  }

  /**
   * Appends events to one stream, all or none, and resolves when they are on disk. An event whose id the log already
   * holds is not appended again. Throws EVENT_INVALID, EVENT_TYPE_UNKNOWN, EVENT_SCHEMA_NEWER, VERSION_CONFLICT,
   * LOCKED after half a minute of another process's writing, or CLOSED.
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
    this.#requireOpen();
    return this.#intake.append(events, expected);
  }

  /**
   * Imports NDJSON in one transaction: all lines or, with `skipInvalid`, all good ones. Other appends wait for it. Throws
   * IMPORT_REJECTED where lines are bad or the input cannot be read, LOCKED while another import runs, and CLOSED when
   * the log is closed before the end.
   */
  async importLines(input: Readable, options: ImportOptions = {}): Promise<ImportResult> {
    this.#requireOpen();
    return this.#intake.importLines(input, options);
  }

  /** The events of one stream, from its first. */
  read(stream: string, options: Omit<ReadOptions, 'stream'> = {}): Generator<RecordedEvent> {
    this.#requireOpen();
    return this.#reader.read({ ...options, stream });
  }

  /** Events of the whole log, in order of position. */
  readAll(options: ReadOptions = {}): Generator<RecordedEvent> {
    this.#requireOpen();
    return this.#reader.read(options);
  }

  /** The event at `position`; undefined where there is none. */
  eventAt(position: number): RecordedEvent | undefined {
    const [event] = this.readAll({ after: position - 1, limit: 1 });
    return event;
  }

  /** The head as it was last seen, some milliseconds ago at most where the log is followed: without a query. */
  seenHead(): number {
    this.#requireOpen();
    return this.#watch.head;
  }

  /** The position of the last event; 0 for an empty log. */
  head(): number {
    this.#requireOpen();
    return this.#reader.head();
  }

  /** The time of the event at `position`. */
  timeAt(position: number): string | undefined {
    this.#requireOpen();
    return this.#reader.timeAt(position);
  }

  /** Since when the event at a position can have been in the log, in milliseconds since 1970; unknown once it is closed. */
  inLogSince(position: number): number | undefined {
    return this.#closing === undefined ? this.#reader.inLogSince(position) : undefined;
  }

  /** How many events a stream has; 0 where there is no such stream. */
  version(stream: string): number {
    this.#requireOpen();
    return this.#reader.version(stream);
  }

  /** How many events of each type the log holds. */
  types(): { type: string; events: number }[] {
    this.#requireOpen();
    return this.#reader.types();
  }

  /** How many events of a type there are after one position and up to another. */
  countOf(type: string, after: number, to: number): number {
    this.#requireOpen();
    return this.#reader.countOf(type, after, to);
  }

  /** The events after one position and up to another that carry a trace context in their metadata. */
  traced(after: number, to: number): TracedEvent[] {
    this.#requireOpen();
    return this.#reader.traced(after, to);
  }

  /** Calls `listener` with the head whenever the log grows, whoever appended; the returned function ends that. */
  onGrowth(listener: (head: number) => void): () => void {
    this.#requireOpen();
    return this.#watch.listen(listener);
  }

  /**
   * Yields every event after `after`, those that are there and then each new one, until `signal` aborts, `limit` events
   * have come or the log is closed. It keeps the process alive.
   */
  subscribe(after: number, options: SubscribeOptions = {}): AsyncGenerator<RecordedEvent, void> {
    this.#requireOpen();
    return new Subscription(this.#reader, this.#watch, after, options).events();
  }

  /** Ends subscriptions, breaks an import off, answers every append that was asked for, then closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watch.close();
    await this.#intake.close(closed());
    this.#readerConnection.close();
    this.#writerConnection.close();
  }

  #look(): void {
    if (this.#closing === undefined) this.#watch.check();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The event log is closed');
}
