import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Hono } from 'hono';
import { type DeadLetters, listDeadLetters } from './engine/dead-letters/list.ts';
import type { BackupResult } from './engine/backup/backup.ts';
import { type BackupOptions, runBackup } from './engine/backup/run-backup.ts';
import type { AsideProgress } from './engine/aside/job.ts';
import type { OperationName, OperationOptions } from './engine/commands/operations.ts';
import type { ProjectionStatus } from './engine/states/status.ts';
import { ProjectionistError } from './errors.ts';
import type { ImportOptions, ImportResult } from './event-log/import.ts';
import type { EventLog } from './event-log/event-log.ts';
import { createApp } from './http/app.ts';
import { callerFinder } from './http/authenticate.ts';
import { type NodeListener, nodeListener } from './http/node-listener.ts';
import { httpServices } from './http-services.ts';
import { notReady } from './not-ready.ts';
import { closeParts, endStreams, loadAgain, openParts, type Parts } from './parts.ts';
import type { ViewDescription } from './projection/program.ts';
import type { Definitions } from './projection/load.ts';
import { type UnguardedView, unguardedViews } from './projection/unguarded-views.ts';
import type { PastViews, SelectFrom } from './past-views.ts';
import type { ProjectionistOptions } from './projectionist-options.ts';
import { ProjectionOperations } from './projection-operations.ts';

/** Milliseconds that `waitFor` waits by default. */
const USUAL_WAIT = 10_000;

/** A log, its projections and the HTTP app over them, in one process. Made by `createProjectionist`. */
export class Projectionist extends ProjectionOperations {
  readonly log: EventLog;
  /** The HTTP API: serve it, or mount it with `yourApp.route('/read', projectionist.app)`. */
  readonly app: Hono;
  /** The same for Node's own server and Express, under any path: `yours.use('/read', projectionist.listener)`. */
  readonly listener: NodeListener;
  readonly #parts: Parts;
  #isStarted = false;

  constructor(options: ProjectionistOptions, definitions: Definitions) {
    super();
    // Settings that make no sense are refused before anything is opened.
    callerFinder(options.auth);
    this.#parts = openParts(options, definitions);
    this.log = this.#parts.log;
    this.app = createApp(httpServices(this.#parts), options);
    this.listener = nodeListener(this.app);
  }

  /** Starts the projections. Resolves at once; builds go on in the background, `ready` waits for them. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#parts.signals.start();
    this.#parts.engine.start();
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
    return this.#parts.engine.waitFor(projection, position, milliseconds);
  }

  /**
   * Rows of a view, as a Drizzle select: `await p.view(orders).where(eq(orders.id, 'A-1'))`. Throws PROJECTION_NOT_READY
   * before its first generation, and VIEW_UNKNOWN.
   */
  view<Table extends SQLiteTable>(table: Table) {
    const name = getTableName(table);
    const source = this.#parts.sources.find('view', name);
    if (source !== undefined && source.generation === null) throw notReady(source.projection);
    const { reader } = this.#parts.readers.ofView(name);
    return drizzle(reader.db)
      .select()
      .from(table as SQLiteTable) as unknown as SelectFrom<Table>;
  }

  /**
   * A projection's views as they were at a position, or at a time (the last event at or before it). They are built by
   * replay where no copy is kept. Throws POSITION_AHEAD, TOO_BUSY, or COPY_NOT_READY after so many milliseconds.
   */
  async asOf(projection: string, point: number | Date, milliseconds = 600_000): Promise<PastViews> {
    const resolved = await this.#parts.past.resolve(
      typeof point === 'number' ? { position: point } : { time: point.toISOString() },
    );
    return this.#parts.past.open(projection, resolved, milliseconds);
  }

  /** The views that answer queries now. */
  views(): ViewDescription[] {
    return this.#parts.readers.names().map((name) => this.#parts.readers.ofView(name).view);
  }

  /** The metrics that `/metrics` answers, in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#parts.signals.exposition();
  }

  /** The views without a row policy beside others of their projection that have one. */
  unguardedViews(): UnguardedView[] {
    return unguardedViews(
      this.#parts.engine.definitions.projections.map(({ compiled: { definition } }) => definition),
    );
  }

  status(): ProjectionStatus[] {
    return this.#parts.engine.status();
  }

  /** Whatever can be asked of a projection, as the HTTP API does; resolves with its answer when it is done. */
  operate(
    projection: string,
    operation: OperationName,
    options?: OperationOptions,
    onProgress?: (progress: AsideProgress) => void,
  ): Promise<object> {
    return this.#parts.engine.operate(projection, operation, options, onProgress);
  }

  /** What a projection could not apply, and what was decided about it. Throws PROJECTION_UNKNOWN. */
  deadLetters(projection: string): DeadLetters {
    return listDeadLetters(this.#parts.data, projection);
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
    const { folder, log, engine, live, readers } = this.#parts;
    if (folder === undefined)
      throw new ProjectionistError(
        'USAGE',
        'These definitions were handed over as objects, and cannot be loaded again',
      );
    const changed = await engine.useDefinitions(await loadAgain(folder, log));
    live.definitionsChanged();
    readers.keepOnly(this.status().map(({ name }) => name));
    return changed;
  }

  /**
   * Ends live answers and streams of events, and tells their readers to come again, as those who wait for a position or for
   * a copy of the past. A server is closed after that.
   */
  endStreams(): void {
    endStreams(this.#parts);
  }

  /** Stops everything that was started, in reverse order. */
  close(): Promise<void> {
    return closeParts(this.#parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
