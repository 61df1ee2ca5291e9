import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { type Lock, requireLock } from '../database/lock.ts';
import type { Definitions } from '../projection/load.ts';
import type { Program } from '../projection/program.ts';
import { closing } from './closing.ts';
import type { AsideProgress } from './aside/job.ts';
import { clearScratch } from './aside/scratch-files.ts';
import type { VerificationStatus } from './verify/verifier.ts';
import { Catalog } from './catalog.ts';
import type { Command } from './commands/command-table.ts';
import { CommandDesk } from './commands/commands.ts';
import type { Decision } from './dead-letters/decision.ts';
import type { EngineOptions } from './engine-options.ts';
import { deleteOrphans } from './generations/generation-store.ts';
import { HeadHistory } from './head-history.ts';
import { tellSafely } from './listeners.ts';
import { type OperationName, type OperationOptions, operationNamed } from './commands/operations.ts';
import { Keepers } from './generations/keepers.ts';
import type { KeeperContext } from './generations/projection-keeper.ts';
import type { ProjectionStatus } from './states/status.ts';
import { StatusRecorder } from './states/status-recorder.ts';

/** The generation that answers for a projection, as the query side needs to know it. */
export interface LiveGeneration {
  readonly projection: string;
  readonly number: number;
  readonly path: string;
  readonly program: Program;
}

/** Milliseconds between two looks at what could change behind the engine's back. */
const CHECK_INTERVAL = 500;

/** Runs all projections of a data folder. One engine at a time: it holds the folder's engine lock. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #context: KeeperContext;
  readonly #lock: Lock;
  readonly #catalog: Catalog;
  readonly #desk: CommandDesk;
  readonly #recorder: StatusRecorder;
  readonly #keepers: Keepers;
  readonly #liveListeners = new Set<(live: LiveGeneration) => void>();
  readonly #decisionListeners = new Set<(projection: string, decision: Decision) => void>();
  readonly #commitListeners = new Set<(projection: string, position: number) => void>();
  #definitions: Definitions;
  #head: number;
  readonly #history: HeadHistory;
  #stopGrowth: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Definitions are taken over one after the other. */
  #changing: Promise<unknown> = Promise.resolve();
  #isStarted = false;
  #closing: Promise<void> | undefined;

  /** Takes the engine lock. Throws LOCKED while another process has it. */
  constructor(options: EngineOptions) {
    const { data, log } = options;
    this.#options = options;
    this.#definitions = options.definitions;
    this.#lock = requireLock(
      join(data, 'engine.lock'),
      `Another Projectionist runs the projections of ${data}`,
      'Stop it first, or ask it: `projectionist status`, `rebuild`, `pause` and the like work beside it.',
    );
    try {
      this.#catalog = new Catalog(join(data, 'catalog.db'));
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    this.#head = log.head();
    this.#history = new HeadHistory((position) => log.inLogSince(position));
    this.#context = this.#makeContext(options);
    this.#recorder = new StatusRecorder(this.#catalog.statuses, this.#context.now);
    this.#desk = new CommandDesk(
      this.#catalog,
      (command, onProgress) => this.#obey(command, onProgress),
      options.onFault ?? (() => {}),
    );
    this.#keepers = new Keepers(options.definitions, this.#context);
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  #makeContext(options: EngineOptions): KeeperContext {
    const { data, log, now = () => new Date(), announce = () => {}, onReport } = options;
    return {
      data,
      logPath: log.path,
      logId: log.id,
      now,
      eventIdAt: (position) => log.eventAt(position)?.id,
      catalog: this.#catalog,
      // One core is left for the thread that answers queries and appends.
      builds: new PQueue({ concurrency: Math.max(1, availableParallelism() - 1) }),
      head: () => this.#head,
      secondsBehind: (position) => this.#history.secondsBehind(position, now()),
      announce: (notice) => tellSafely(announce, notice),
      decisions: (name) => this.#catalog.decisions.of(name),
      onDecision: (name, decision) => {
        for (const listener of this.#decisionListeners) listener(name, decision);
      },
      onLive: (name) => this.#onLive(name),
      onReport,
      onCommit: (name, position) => {
        for (const listener of this.#commitListeners) listener(name, position);
      },
    };
  }

  /** Takes up every projection, and follows the log from here on. */
  start(): void {
    if (this.#isStarted || this.#closing !== undefined) return;
    this.#isStarted = true;
    this.#noteHead(this.#options.log.head());
    deleteOrphans(this.#options.data, this.#catalog);
    clearScratch(this.#options.data);
    this.#keepers.start();
    this.#stopGrowth = this.#options.log.onGrowth((head) => this.#grow(head));
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL);
    if (this.#options.takesCommands !== false) this.#desk.open();
  }

  /** What was decided about a projection's dead letters, in order. */
  decisions(name: string): Decision[] {
    return this.#catalog.decisions.of(name);
  }

  status(): ProjectionStatus[] {
    return this.#keepers.all.map((keeper) => keeper.status());
  }

  /** The live generation of a projection, or undefined before the first. */
  live(name: string): LiveGeneration | undefined {
    const run = this.#keepers.of(name).live;
    if (run === undefined) return undefined;
    const { generation, path } = run;
    return { projection: name, number: generation.number, path, program: generation.program };
  }

  /** Calls `listener` when another generation of any projection has become live. */
  onLive(listener: (live: LiveGeneration) => void): void {
    this.#liveListeners.add(listener);
  }

  /** Calls `listener` when a live generation has committed. */
  onCommit(listener: (projection: string, position: number) => void): void {
    this.#commitListeners.add(listener);
  }

  /** Calls `listener` when a decision about dead letters has changed rows. */
  onDecision(listener: (projection: string, decision: Decision) => void): void {
    this.#decisionListeners.add(listener);
  }

  /**
   * Resolves when the live generation of `name` has committed `position`. Rejects with WAIT_TIMEOUT, PROJECTION_STOPPED
   * where nothing is left that could bring it, and CLOSED when `signal` aborts.
   */
  waitFor(name: string, position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#keepers.of(name).waitFor(position, milliseconds, signal);
  }

  /** Carries an operation out on the projection `name`; resolves when it is done. Rejects with what stopped it. */
  async operate(
    name: string,
    operation: OperationName,
    options: OperationOptions = {},
    onProgress?: (progress: AsideProgress) => void,
  ): Promise<object> {
    this.#refuseWhenClosing();
    return operationNamed(operation)(this.#keepers.of(name), options, onProgress);
  }

  /** A live generation's file cannot be read: it is built again. False where that is known, or under way. */
  lose(name: string, generation: number): boolean {
    return this.#keepers.of(name).lose(generation);
  }

  /** How the last verification of a projection went. */
  verification(name: string): VerificationStatus {
    return this.#keepers.of(name).verification();
  }

  /**
   * Takes over other definitions: builds what changed, adds what is new, and lets go of what is gone. Answers the names
   * of what is built.
   */
  useDefinitions(definitions: Definitions): Promise<string[]> {
    const change = this.#changing.then(() => this.#takeOver(definitions));
    this.#changing = change.catch(() => {});
    return change;
  }

  async #takeOver(definitions: Definitions): Promise<string[]> {
    this.#refuseWhenClosing();
    this.#definitions = definitions;
    const changed = await this.#keepers.takeOver(definitions);
    this.#record();
    return changed;
  }

  /** Finishes the batches at hand and closes everything that the engine opened. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopGrowth?.();
    await this.#changing;
    await this.#keepers.stop();
    await this.#desk.close();
    this.#catalog.close();
    this.#lock.release();
  }

  #onLive(name: string): void {
    const live = this.live(name);
    if (live !== undefined) for (const listener of this.#liveListeners) tellSafely(listener, live);
  }

  #grow(head: number): void {
    this.#noteHead(head);
    for (const keeper of this.#keepers.all) keeper.advance(head);
  }

  #noteHead(head: number): void {
    this.#head = head;
    this.#history.note(head, this.#context.now());
  }

  #refuseWhenClosing(): void {
    if (this.#closing !== undefined) throw closing();
  }

  /** A catalogue that cannot be written now is a fault to tell of, and no reason to stop. */
  #record(): void {
    try {
      this.#recorder.record(this.status(), this.#orphans());
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }

  /** What the catalogue knows and no definition declares. */
  #orphans(): string[] {
    // Without other processes' commands the engine knows the one projection that it is asked about, and not the others.
    if (this.#options.takesCommands === false) return [];
    const declared = new Set(this.#keepers.all.map(({ name }) => name));
    return this.#catalog.names().filter((name) => !declared.has(name));
  }

  #check(): void {
    for (const keeper of this.#keepers.all) keeper.check();
    this.#record();
  }

  /** What another process asks for; it may have changed the definitions before. */
  async #obey(
    { name, projection, arguments: options }: Command,
    onProgress: (progress: AsideProgress) => void,
  ): Promise<object> {
    operationNamed(name);
    if ((name === 'rebuild' || name === 'reset') && this.#options.reload !== undefined)
      await this.useDefinitions(await this.#options.reload());
    const given = (options === null ? null : JSON.parse(options)) as OperationOptions | null;
    return this.operate(projection, name as OperationName, given ?? {}, onProgress);
  }
}
