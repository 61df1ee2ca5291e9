import type { Readable } from 'node:stream';
import { migrate } from '../database/migrate.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { EventCatalogue } from './catalogue.ts';
import { checkAll } from './check-all.ts';
import { type EventCheck, eventCheck } from './check-event.ts';
import type { NewEvent, RecordedEvent } from './event.ts';
import { LOG_FORMAT } from './format.ts';
import { GroupCommit } from './group-commit.ts';
import { HeadWatch } from './head-watch.ts';
import type { ImportOptions, ImportResult } from './import.ts';
import { importInto } from './import-into.ts';
import { logError } from './log-damage.ts';
import { LogFile } from './log-file.ts';
import type { LogInstrument } from './log-instrument.ts';
import { LogReader, type ReadOptions, type TracedEvent } from './reader.ts';
import { steadyClock } from './steady-clock.ts';
import { Subscription, type SubscribeOptions } from './subscription.ts';
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
  readonly #commits: GroupCommit;
  readonly #watch: HeadWatch;
  readonly #now: () => Date;
  readonly #instrument: LogInstrument | undefined;
  #catalogue: EventCatalogue | undefined;
  #check: EventCheck;
  #import: { readonly input: Readable; readonly result: Promise<ImportResult> } | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    path: string,
    writer: SqliteDatabase,
    reader: SqliteDatabase,
    options: EventLogOptions,
  ) {
    this.path = path;
    this.#now = steadyClock(options.now ?? (() => new Date()));
    this.#instrument = options.instrument;
    this.#catalogue = options.catalogue;
    this.#check = eventCheck(options.catalogue, this.#now);
    this.#writerConnection = writer;
    this.#readerConnection = reader;
    this.#reader = new LogReader(reader);
    this.id = this.#reader.id();
    const file = new LogFile(path);
    this.#commits = new GroupCommit(writer, new LogWriter(writer), file, {
      onCommit: (seconds) => {
        this.#instrument?.onCommit(seconds);
        this.#watch.check();
      },
      onLockWait: (seconds) => {
        const holder = this.#import === undefined ? 'other process' : 'import';
        this.#instrument?.onLockWait({ waiter: 'append', holder, seconds });
      },
    });
    // What a power cut could still take back is not shown to anybody who builds on it.
    this.#watch = new HeadWatch(
      reader,
      () => this.#reader.head(),
      () => this.#commits.isSyncing,
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
    return this.#catalogue;
  }

  /** Checks appends against another catalogue from now on. */
  useCatalogue(catalogue: EventCatalogue | undefined): void {
    this.#catalogue = catalogue;
    this.#check = eventCheck(catalogue, this.#now);
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
    if (events.length === 0) throw new ProjectionistError('EVENT_INVALID', 'There is no event to append');
    const run = (given: readonly NewEvent[]) => this.#appendAll(given, expected);
    return this.#instrument === undefined ? run(events) : this.#instrument.append(events, run);
  }

  async #appendAll(
    events: readonly NewEvent[],
    expected: ReadonlyMap<string, ExpectedVersion>,
  ): Promise<AppendResult> {
    for (const [stream, version] of expected) checkExpectedVersion(stream, version);
    const appended = await this.#commits.append({
      events: checkAll(events, this.#check),
      expected,
    });
    return {
      events: appended,
      position: appended.reduce((last, { position }) => Math.max(last, position), 0),
    };
  }

  /**
   * Imports NDJSON in one transaction: all lines or, with `skipInvalid`, all good ones. Other appends wait for it. Throws
   * IMPORT_REJECTED where lines are bad or the input cannot be read, LOCKED while another import runs, and CLOSED when
   * the log is closed before the end.
   */
  async importLines(input: Readable, options: ImportOptions = {}): Promise<ImportResult> {
    this.#requireOpen();
    if (this.#import !== undefined) throw new ProjectionistError('LOCKED', 'An import is already running');
    const check = eventCheck(this.#catalogue, this.#now, 'json');
    const onLockWait = (seconds: number): void =>
      this.#instrument?.onLockWait({
        waiter: 'import',
        holder: this.#commits.isRunning ? 'append' : 'other process',
        seconds,
      });
    const result = importInto(this.path, check, input, options, onLockWait);
    this.#import = { input, result };
    try {
      return await result;
    } finally {
      this.#import = undefined;
      if (this.#closing === undefined) this.#watch.check();
    }
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
    this.#import?.input.destroy(closed());
    await this.#import?.result.catch(() => {});
    await this.#commits.close();
    this.#readerConnection.close();
    this.#writerConnection.close();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The event log is closed');
}

function checkExpectedVersion(stream: string, version: ExpectedVersion): void {
  if (version === undefined || version === 'none' || (Number.isSafeInteger(version) && version >= 0)) return;
  throw new ProjectionistError(
    'EVENT_INVALID',
    `The expected version of ${stream} must be a whole number from 0, or 'none'`,
    {
      evidence: { stream, field: 'expectedVersion' },
    },
  );
}
