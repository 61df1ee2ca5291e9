import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Hono } from 'hono';
import { type DeadLetters, listDeadLetters } from './engine/dead-letters/list.ts';
import type { BackupResult } from './engine/backup/backup.ts';
import { type BackupOptions, runBackup } from './engine/backup/run-backup.ts';
import type { AsideProgress } from './engine/aside/job.ts';
import { Engine } from './engine/engine.ts';
import type { OperationName, OperationOptions } from './engine/commands/operations.ts';
import type { ProjectionStatus } from './engine/states/status.ts';
import { ProjectionistError } from './errors.ts';
import type { ImportOptions, ImportResult } from './event-log/import.ts';
import { EventLog } from './event-log/event-log.ts';
import { createApp } from './http/app.ts';
import { callerFinder } from './http/authenticate.ts';
import { type NodeListener, nodeListener } from './http/node-listener.ts';
import { httpServices } from './http-services.ts';
import { notReady } from './not-ready.ts';
import type { ViewDescription } from './projection/program.ts';
import { loadCheckedDefinitions } from './checked-definitions.ts';
import type { Definitions } from './projection/load.ts';
import type { PastViews, SelectFrom } from './past-views.ts';
import { type QueryLimits, queryLimits } from './query/limits.ts';
import { Scans } from './query/scans/scans.ts';
import { ViewReaders } from './query/view-readers.ts';
import { LiveViews } from './live-views.ts';
import type { ProjectionistOptions } from './projectionist-options.ts';
import { Replays } from './replays.ts';
import { ProjectionOperations } from './projection-operations.ts';
import { RowTraces } from './row-traces.ts';
import { Signals } from './signals/signals.ts';
import { Sources } from './sources.ts';
import { TimeTravel } from './time-travel.ts';
import { copySettings, liveSettings, scanSettings } from './view-settings.ts';

/** Milliseconds that `waitFor` waits by default. */
const USUAL_WAIT = 10_000;

/** A log, its projections and the HTTP app over them, in one process. Made by `createProjectionist`. */
export class Projectionist extends ProjectionOperations {
  readonly log: EventLog;
  /** The HTTP API: serve it, or mount it with `yourApp.route('/read', projectionist.app)`. */
  readonly app: Hono;
  /** The same for Node's own server and Express, under any path: `yours.use('/read', projectionist.listener)`. */
  readonly listener: NodeListener;
  readonly #data: string;
  readonly #engine: Engine;
  readonly #scans: Scans;
  readonly #readers: ViewReaders;
  readonly #sources: Sources;
  readonly #past: TimeTravel;
  readonly #live: LiveViews;
  readonly #replays: Replays;
  readonly #traces: RowTraces;
  readonly #folder: string | undefined;
  readonly #limits: QueryLimits;
  readonly #signals: Signals;
  #isStarted = false;

  constructor(options: ProjectionistOptions, definitions: Definitions) {
    super();
    const data = resolve(options.data ?? 'data');
    this.#data = data;
    this.#limits = queryLimits(options);
    // Settings that make no sense are refused before anything is opened.
    callerFinder(options.auth);
    this.#folder = Array.isArray(options.projections)
      ? undefined
      : ((options.projections as string | undefined) ?? 'projections');
    this.#signals = new Signals(options);
    this.log = EventLog.open(join(data, 'log.db'), {
      catalogue: definitions.catalogue,
      ...(options.now && { now: options.now }),
      onFault: options.onFault,
      instrument: this.#signals,
    });
    this.#scans = new Scans(scanSettings(options, availableParallelism()));
    this.#readers = new ViewReaders((path) => this.#scans.forget(path));
    this.#engine = this.#openEngine(data, options, definitions);
    this.#engine.onLive((live) => this.#readers.use(live));
    this.#engine.onCommit((projection) => this.#readers.ofProjection(projection)?.look());
    this.#past = new TimeTravel({
      data,
      log: this.log,
      engine: this.#engine,
      readers: this.#readers,
      limits: copySettings(options),
      now: options.now ?? (() => new Date()),
      onDelete: (path) => this.#scans.forget(path),
    });
    this.#sources = new Sources(this.#engine, this.#readers);
    this.#live = new LiveViews({
      data,
      engine: this.#engine,
      readers: this.#readers,
      past: this.#past,
      scans: this.#scans,
      policies: () => this.#sources.policies(),
      limits: this.#limits,
      settings: liveSettings(options),
      onFault: options.onFault ?? (() => {}),
    });
    this.#replays = new Replays({ log: this.log, live: this.#live, past: this.#past });
    this.#traces = new RowTraces({ data, log: this.log, engine: this.#engine, readers: this.#readers });
    const services = httpServices({
      data,
      log: this.log,
      engine: this.#engine,
      readers: this.#readers,
      sources: this.#sources,
      past: this.#past,
      scans: this.#scans,
      live: this.#live,
      replays: this.#replays,
      traces: this.#traces,
      limits: this.#limits,
      reportFault: options.onFault ?? (() => {}),
      signals: this.#signals,
    });
    this.#signals.connect({
      data,
      log: this.log,
      status: () => this.status(),
      live: () => this.#live.status(),
    });
    this.app = createApp(services, options);
    this.listener = nodeListener(this.app);
  }

  #openEngine(data: string, options: ProjectionistOptions, definitions: Definitions): Engine {
    try {
      const folder = this.#folder;
      return new Engine({
        data,
        log: this.log,
        definitions,
        ...(options.now && { now: options.now }),
        announce: (notice) => {
          this.#signals.notice(notice);
          options.announce?.(notice);
        },
        onReport: (run, report) => this.#signals.report(run, report),
        ...(options.onFault && { onFault: options.onFault }),
        ...(options.takesCommands !== undefined && { takesCommands: options.takesCommands }),
        ...(folder !== undefined && { reload: () => this.#load(folder) }),
      });
    } catch (error) {
      void this.log.close();
      throw error;
    }
  }

  /** Starts the projections. Resolves at once; builds go on in the background, `ready` waits for them. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#signals.start();
    this.#engine.start();
  }

  /** Resolves when every projection has applied what the log holds now. Call `start` before. */
  async ready(milliseconds = 600_000): Promise<void> {
    if (!this.#isStarted)
      throw new ProjectionistError('USAGE', 'ready() would wait for ever: nothing was started', {
        hint: 'Call start() first.',
      });
    const head = this.log.head();
    await Promise.all(this.status().map(({ name }) => this.waitFor(name, head, milliseconds)));
  }

  /** Resolves when `projection` shows the event at `position`. Rejects with WAIT_TIMEOUT. */
  waitFor(projection: string, position: number, milliseconds = USUAL_WAIT): Promise<void> {
    return this.#engine.waitFor(projection, position, milliseconds);
  }

  /**
   * Rows of a view, as a Drizzle select: `await p.view(orders).where(eq(orders.id, 'A-1'))`. Throws PROJECTION_NOT_READY
   * before its first generation, and VIEW_UNKNOWN.
   */
  view<Table extends SQLiteTable>(table: Table) {
    const name = getTableName(table);
    const source = this.#sources.find('view', name);
    if (source !== undefined && source.generation === null) throw notReady(source.projection);
    const { reader } = this.#readers.ofView(name);
    return drizzle(reader.db)
      .select()
      .from(table as SQLiteTable) as unknown as SelectFrom<Table>;
  }

  /**
   * A projection's views as they were at a position, or at a time (the last event at or before it). They are built by
   * replay where no copy is kept. Throws POSITION_AHEAD, TOO_BUSY, or COPY_NOT_READY after so many milliseconds.
   */
  async asOf(projection: string, point: number | Date, milliseconds = 600_000): Promise<PastViews> {
    const resolved = await this.#past.resolve(
      typeof point === 'number' ? { position: point } : { time: point.toISOString() },
    );
    return this.#past.open(projection, resolved, milliseconds);
  }

  /** The views that answer queries now. */
  views(): ViewDescription[] {
    return this.#readers.names().map((name) => this.#readers.ofView(name).view);
  }

  /** The metrics that `/metrics` answers, in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#signals.exposition();
  }

  status(): ProjectionStatus[] {
    return this.#engine.status();
  }

  /** Whatever can be asked of a projection, as the HTTP API does; resolves with its answer when it is done. */
  operate(
    projection: string,
    operation: OperationName,
    options?: OperationOptions,
    onProgress?: (progress: AsideProgress) => void,
  ): Promise<object> {
    return this.#engine.operate(projection, operation, options, onProgress);
  }

  /** What a projection could not apply, and what was decided about it. Throws PROJECTION_UNKNOWN. */
  deadLetters(projection: string): DeadLetters {
    return listDeadLetters(this.#data, projection);
  }

  /** Imports NDJSON into the log. */
  importLines(input: Readable, options?: ImportOptions): Promise<ImportResult> {
    return this.log.importLines(input, options);
  }

  /**
   * Copies the log and the views, checked, into `folder`, which must be empty or not there yet: a data folder that can be
   * started on. Throws BACKUP_TARGET, DISK_FULL, and CLOSED when `signal` aborts; then nothing is left behind.
   */
  backup(
    folder: string,
    options: { readonly isLogOnly?: boolean } & BackupOptions = {},
  ): Promise<BackupResult> {
    const { isLogOnly = false, ...rest } = options;
    return runBackup({ data: dirname(this.log.path), target: resolve(folder), isLogOnly }, rest);
  }

  /** Loads the definitions again, builds what changed, and answers its names. Throws DEFINITION_INVALID, and then all is as it was. */
  async reload(): Promise<string[]> {
    if (this.#folder === undefined)
      throw new ProjectionistError(
        'USAGE',
        'These definitions were handed over as objects, and cannot be loaded again',
      );
    const changed = await this.#engine.useDefinitions(await this.#load(this.#folder));
    this.#live.definitionsChanged();
    this.#readers.keepOnly(this.status().map(({ name }) => name));
    return changed;
  }

  /**
   * Ends live answers and streams of events, and tells their readers to come again, as those who wait for a position or for
   * a copy of the past. A server is closed after that.
   */
  endStreams(): void {
    this.#live.close();
    this.#past.endWaits();
  }

  /** Stops everything that was started, in reverse order. */
  async close(): Promise<void> {
    this.endStreams();
    await this.#scans.close();
    // Together: a replay may be waiting for a copy.
    await Promise.all([this.#traces.close(), this.#replays.close(), this.#past.close()]);
    // Readers first: the last connection to a file merges its write-ahead log, and a reader cannot.
    this.#readers.close();
    await this.#engine.close();
    this.#signals.close();
    await this.log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #load(folder: string): Promise<Definitions> {
    const definitions = await loadCheckedDefinitions(folder);
    this.log.useCatalogue(definitions.catalogue);
    return definitions;
  }
}
