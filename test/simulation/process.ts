import { join } from 'node:path';
import PQueue from 'p-queue';
import { NO_CODE, codeOf } from '../../src/engine/apply/program-code.ts';
import type { AsideContext } from '../../src/engine/aside/job.ts';
import { type AnswerOf, type JobName, JOBS, type TaskOf } from '../../src/engine/aside/jobs.ts';
import { type AsideOptions, closed } from '../../src/engine/aside/run-aside.ts';
import { clearScratch } from '../../src/engine/aside/scratch-files.ts';
import type { Verification } from '../../src/engine/verify/verification.ts';
import { Catalog } from '../../src/engine/catalog.ts';
import type { Host } from '../../src/engine/threads/host.ts';
import { deleteOrphans } from '../../src/engine/generations/generation-store.ts';
import { type KeeperContext, ProjectionKeeper } from '../../src/engine/generations/projection-keeper.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import type { CrashPoint } from './crash-point.ts';
import { DEFINITIONS, events, type ProjectionName } from './definitions.ts';
import { SimulatedHost } from './simulated-host.ts';
import { SimulatedClock } from './simulated-scheduler.ts';

export interface ProcessOptions {
  readonly folder: string;
  readonly random: () => number;
  /** Which of its definitions each projection has. */
  readonly definitions: Readonly<Record<ProjectionName, number>>;
  /** Hears of each generation that a second replay gave the same. */
  readonly onVerified: (verification: Verification) => void;
  /** The crash point of the folder: it may be armed before the process starts. */
  readonly crashPoint: CrashPoint;
}

/** What an operation that was asked for came to. */
export interface Asked {
  readonly what: string;
  isSettled: boolean;
  error: unknown;
}

/** One life of a server with its projections: everything of the engine that decides, on a simulated clock and threads. */
export class SimulatedProcess {
  readonly folder: string;
  readonly crashPoint: CrashPoint;
  readonly clock: SimulatedClock;
  readonly log: EventLog;
  readonly catalog: Catalog;
  readonly keepers: Readonly<Record<ProjectionName, ProjectionKeeper>>;
  readonly asked: Asked[] = [];
  readonly #hosts = new Set<SimulatedHost>();
  /** The head as the engine was last told. */
  head = 0;

  readonly #onVerified: ProcessOptions['onVerified'];
  /** Jobs that run aside. */
  #asides = 0;

  /** Opens the folder and starts the projections, as an engine does. */
  constructor({ folder, random, definitions, crashPoint, onVerified }: ProcessOptions) {
    this.folder = folder;
    this.#onVerified = onVerified;
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
      runAside: (name, task, options) => this.#runAside(name, task, options),
    };
    const keeperOf = (name: ProjectionName) =>
      new ProjectionKeeper(loadedOf(name, definitions[name]), context);
    this.keepers = { bank: keeperOf('bank'), branch: keeperOf('branch') };
    this.head = this.log.head();
    deleteOrphans(folder, this.catalog);
    clearScratch(folder);
    for (const keeper of Object.values(this.keepers)) keeper.start();
  }

  get hosts(): readonly SimulatedHost[] {
    return [...this.#hosts];
  }

  /** True while something goes on that needs neither a move nor the clock. */
  get isBusy(): boolean {
    return this.#asides > 0;
  }

  use(name: ProjectionName, definition: number): void {
    this.keepers[name].useDefinition(loadedOf(name, definition));
  }

  /** On this thread, a step with each turn of the event loop: what happens meanwhile is the simulation's affair. */
  async #runAside<Name extends JobName>(
    name: Name,
    task: TaskOf<Name>,
    { loaded, signal }: AsideOptions,
  ): Promise<AnswerOf<Name>> {
    const job = JOBS[name] as (task: TaskOf<Name>, context: AsideContext) => Promise<AnswerOf<Name>>;
    const code = loaded === undefined ? NO_CODE : codeOf(loaded.compiled);
    const requireGoing = (): void => {
      if (signal?.aborted === true || this.crashPoint.isDead) throw closed();
    };
    this.#asides += 1;
    try {
      // Steps whose length no clock decides.
      const outcome = await job(task, { code, budget: Infinity, onProgress: () => {}, requireGoing });
      if ('isSame' in outcome && outcome.isSame) this.#onVerified(outcome);
      return outcome;
    } finally {
      this.#asides -= 1;
    }
  }

  /** Tells the engine how far the log reaches. */
  notice(): void {
    this.head = this.log.head();
    for (const keeper of Object.values(this.keepers)) keeper.advance(this.head);
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
    await Promise.all(Object.values(this.keepers).map((keeper) => keeper.stop()));
    this.catalog.close();
    await this.log.close();
    this.crashPoint.bury();
  }
}

function loadedOf(name: ProjectionName, definition: number) {
  const found = DEFINITIONS[name][definition];
  if (found === undefined) throw new Error(`There is no definition ${definition}`);
  return found.loaded;
}

/** Resolves when everything that needs no more than promises has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
