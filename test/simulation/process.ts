import { join } from 'node:path';
import PQueue from 'p-queue';
import { Catalog } from '../../src/engine/catalog.ts';
import type { Host } from '../../src/engine/threads/host.ts';
import { deleteOrphans } from '../../src/engine/generations/generation-store.ts';
import { type KeeperContext, ProjectionKeeper } from '../../src/engine/generations/projection-keeper.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import type { CrashPoint } from './crash-point.ts';
import { DEFINITIONS, events } from './definitions.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatedClock } from './simulated-scheduler.ts';

export interface ProcessOptions {
  readonly folder: string;
  readonly random: () => number;
  /** Which of the definitions it runs. */
  readonly definition: number;
  /** The crash point of the folder: it may be armed before the process starts. */
  readonly crashPoint: CrashPoint;
}

/** What an operation that was asked for came to. */
export interface Asked {
  readonly what: string;
  isSettled: boolean;
  error: unknown;
}

/** One life of a server with one projection: everything of the engine that decides, on a simulated clock and threads. */
export class SimulatedProcess {
  readonly folder: string;
  readonly crashPoint: CrashPoint;
  readonly clock: SimulatedClock;
  readonly log: EventLog;
  readonly catalog: Catalog;
  readonly keeper: ProjectionKeeper;
  readonly asked: Asked[] = [];
  readonly #hosts = new Set<SimulatedHost>();
  /** The head as the engine was last told. */
  head = 0;

  /** Opens the folder and starts the projection, as an engine does. */
  constructor({ folder, random, definition, crashPoint }: ProcessOptions) {
    this.folder = folder;
    this.crashPoint = crashPoint;
    this.clock = new SimulatedClock(random);
    const now = () => new Date(this.clock.now);
    this.log = EventLog.open(join(folder, 'log.db'), { now, catalogue: events });
    this.catalog = new Catalog(join(folder, 'catalog.db'));
    const context: KeeperContext = {
      data: folder,
      logPath: this.log.path,
      logId: this.log.id,
      now,
      eventIdAt: (position) => this.log.readAll({ after: position - 1, limit: 1 }).next().value?.id,
      catalog: this.catalog,
      builds: new PQueue({ concurrency: 1 }),
      head: () => this.head,
      secondsBehind: () => 0,
      announce: () => {},
      decisions: (name) => this.catalog.decisions.of(name),
      onDecision: () => {},
      onLive: () => {},
      onCommit: () => {},
      scheduler: this.clock.scheduler((go) => go()),
      makeHost: (task, loaded, tell): Host => {
        if (loaded === undefined) throw new Error('A runner without a definition');
        const host = new SimulatedHost(task, loaded, tell, { clock: this.clock, random });
        this.#hosts.add(host);
        return host;
      },
    };
    this.keeper = new ProjectionKeeper(loadedOf(definition), context);
    this.head = this.log.head();
    deleteOrphans(folder, this.catalog);
    this.keeper.start();
  }

  get hosts(): readonly SimulatedHost[] {
    return [...this.#hosts];
  }

  use(definition: number): void {
    this.keeper.useDefinition(loadedOf(definition));
  }

  /** Tells the engine how far the log reaches. */
  notice(): void {
    this.head = this.log.head();
    this.keeper.advance(this.head);
  }

  /** Remembers what is asked, until it is answered. */
  ask(what: string, answer: Promise<unknown>): Asked {
    const asked: Asked = { what, isSettled: false, error: undefined };
    this.asked.push(asked);
    const settle = (error?: unknown): void => {
      asked.isSettled = true;
      asked.error = error;
    };
    answer.then(() => settle(), settle);
    return asked;
  }

  /** Everything that may happen next. */
  moves(): (() => void)[] {
    return this.hosts.flatMap((host) => host.moves());
  }

  async stop(): Promise<void> {
    await this.keeper.stop();
    this.catalog.close();
    await this.log.close();
    this.crashPoint.bury();
  }
}

function loadedOf(definition: number) {
  const found = DEFINITIONS[definition];
  if (found === undefined) throw new Error(`There is no definition ${definition}`);
  return found.loaded;
}

/** Resolves when everything that needs no more than promises has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
