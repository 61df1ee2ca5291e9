import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { type Lock, requireLock } from '../database/lock.ts';
import { ProjectionistError, reportOf } from '../errors.ts';
import type { EventLog } from '../event-log/event-log.ts';
import type { Definitions, LoadedProjection } from '../projection/load.ts';
import type { Program } from '../projection/program.ts';
import { Catalog, type Command } from './catalog.ts';
import type { RunContext } from './generation-run.ts';
import type { Announce } from './notice.ts';
import { type KeeperContext, ProjectionKeeper } from './projection-keeper.ts';
import type { ProjectionStatus } from './status.ts';

/** The generation that answers for a projection, as the query side needs to know it. */
export interface LiveGeneration {
  readonly projection: string;
  readonly number: number;
  readonly path: string;
  readonly program: Program;
}

export interface EngineOptions {
  /** The data folder. */
  readonly data: string;
  readonly log: EventLog;
  readonly definitions: Definitions;
  readonly now?: () => Date;
  readonly announce?: Announce;
  /** Loads the definitions again, when another process asks for a rebuild. */
  readonly reload?: () => Promise<Definitions>;
}

/** Milliseconds between two looks for other processes' commands. */
const COMMAND_POLL = 50;

/** Runs all projections of a data folder. One engine at a time: it holds the folder's engine lock. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #context: KeeperContext;
  readonly #lock: Lock;
  readonly #catalog: Catalog;
  readonly #keepers = new Map<string, ProjectionKeeper>();
  readonly #liveListeners = new Set<(live: LiveGeneration) => void>();
  #definitions: Definitions;
  #head: number;
  #stopGrowth: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seenCommands = -1;
  #isClosed = false;

  /** Takes the engine lock. Throws LOCKED while another process has it. */
  constructor(options: EngineOptions) {
    const { data, log } = options;
    this.#options = options;
    this.#definitions = options.definitions;
    this.#lock = requireLock(
      join(data, 'engine.lock'),
      `Another Projectionist runs the projections of ${data}`,
      'Stop it first, or ask it over HTTP; `projectionist rebuild` and `rollback` work beside it.',
    );
    this.#catalog = new Catalog(join(data, 'catalog.db'));
    this.#head = log.head();
    this.#context = this.#makeContext(options);
    for (const loaded of options.definitions.projections) this.#add(loaded);
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  #makeContext({ data, log, now = () => new Date(), announce = () => {} }: EngineOptions): KeeperContext {
    const run: RunContext = { data, logPath: log.path, logId: log.id, now };
    // One core is left for the thread that answers queries and appends.
    const builds = new PQueue({ concurrency: Math.max(1, availableParallelism() - 1) });
    return { ...run, catalog: this.#catalog, builds, head: () => this.#head, announce, onLive: (name) => this.#onLive(name) };
  }

  /** Takes up every projection, and follows the log from here on. */
  start(): void {
    this.#head = this.#options.log.head();
    for (const keeper of this.#keepers.values()) keeper.start();
    for (const name of this.#catalog.projections()) {
      if (!this.#keepers.has(name)) this.#context.announce({ kind: 'orphaned', projection: name });
    }
    this.#stopGrowth = this.#options.log.onGrowth((head) => this.#grow(head));
    this.#timer = setInterval(() => this.#pollCommands(), COMMAND_POLL);
  }

  status(): ProjectionStatus[] {
    return [...this.#keepers.values()].map((keeper) => keeper.status());
  }

  /** The live generation of a projection, or undefined before the first. */
  live(name: string): LiveGeneration | undefined {
    const run = this.#keeper(name).live;
    if (run === undefined) return undefined;
    const { generation, path } = run;
    return { projection: name, number: generation.number, path, program: generation.program };
  }

  /** Calls `listener` when another generation of any projection has become live. */
  onLive(listener: (live: LiveGeneration) => void): void {
    this.#liveListeners.add(listener);
  }

  /** Resolves when the live generation of `name` has committed `position`. Rejects with WAIT_TIMEOUT. */
  waitFor(name: string, position: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#keeper(name).waiters.wait(position, milliseconds, signal);
  }

  async rebuild(name: string): Promise<LiveGeneration> {
    await this.#keeper(name).rebuild();
    return this.live(name) as LiveGeneration;
  }

  async rollback(name: string): Promise<LiveGeneration> {
    await this.#keeper(name).rollback();
    return this.live(name) as LiveGeneration;
  }

  /** Takes over other definitions: builds what changed, adds what is new, and lets go of what is gone. Answers the names of what is built. */
  async useDefinitions(definitions: Definitions): Promise<string[]> {
    this.#definitions = definitions;
    const names = new Set(definitions.projections.map(({ compiled }) => compiled.program.projection));
    for (const [name, keeper] of this.#keepers) {
      if (names.has(name)) continue;
      this.#keepers.delete(name);
      await keeper.stop();
      this.#context.announce({ kind: 'orphaned', projection: name });
    }
    const changed: string[] = [];
    for (const loaded of definitions.projections) {
      const name = loaded.compiled.program.projection;
      const keeper = this.#keepers.get(name);
      if (keeper === undefined) this.#add(loaded).start();
      if (keeper === undefined || keeper.useDefinition(loaded)) changed.push(name);
    }
    return changed;
  }

  /** Finishes the batches at hand and closes everything that the engine opened. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#stopGrowth?.();
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.stop()));
    this.#catalog.close();
    this.#lock.release();
  }

  #add(loaded: LoadedProjection): ProjectionKeeper {
    const keeper = new ProjectionKeeper(loaded, this.#context);
    this.#keepers.set(keeper.name, keeper);
    return keeper;
  }

  #keeper(name: string): ProjectionKeeper {
    const keeper = this.#keepers.get(name);
    if (keeper !== undefined) return keeper;
    throw new ProjectionistError('PROJECTION_UNKNOWN', `There is no projection ${name}`, {
      hint: `Defined are: ${[...this.#keepers.keys()].join(', ') || 'none'}.`,
      evidence: { projection: name },
    });
  }

  #onLive(name: string): void {
    const live = this.live(name);
    if (live !== undefined) for (const listener of this.#liveListeners) listener(live);
  }

  #grow(head: number): void {
    this.#head = head;
    for (const keeper of this.#keepers.values()) keeper.advance(head);
  }

  #pollCommands(): void {
    const version = this.#catalog.dataVersion();
    if (version === this.#seenCommands) return;
    this.#seenCommands = version;
    for (const command of this.#catalog.asked()) void this.#obey(command);
  }

  async #obey(command: Command): Promise<void> {
    this.#catalog.answer(command.id, 'running', null);
    try {
      if (this.#options.reload !== undefined) await this.useDefinitions(await this.#options.reload());
      const live = await (command.name === 'rollback' ? this.rollback(command.projection) : this.rebuild(command.projection));
      this.#catalog.answer(command.id, 'done', { generation: live.number });
    } catch (error) {
      if (!this.#isClosed) this.#catalog.answer(command.id, 'failed', reportOf(error));
    }
  }
}
