import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operationNamed } from '../../src/engine/commands/operations.ts';
import { contentsOf } from '../engine/stage.ts';
import { randomFrom } from '../fault/random.ts';
import { check, Promises, requireEqual, requireThat } from './checks.ts';
import { CrashPoint, Died } from './crash-point.ts';
import { DEFINITIONS, PROJECTIONS, type ProjectionName } from './definitions.ts';
import { anyEvents, STREAMS } from './any-events.ts';
import { decisionsIn } from './inspect.ts';
import { type Asked, settled, SimulatedProcess } from './process.ts';

/** What happened in a simulation, by name. */
export type Happenings = Record<string, number>;

/** What an operation may be refused with; anything else is a fault of the engine. */
const REFUSALS = new Set([
  'CLOSED',
  'NOTHING_TO_ROLL_BACK',
  'NOT_PARKED',
  'OPERATION_REFUSED',
  'PROJECTION_BUSY',
  'PROJECTION_NOT_READY',
  'PROJECTION_PAUSED',
  'PROJECTION_STOPPED',
  'PROJECTOR_ENDED',
  'BUILD_OUTDATED',
  'WAIT_TIMEOUT',
]);

/** A disk in memory, where there is one: nothing here is to survive a power cut. */
const FAST_DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/**
 * Lives of one data folder that a seed decides: every append, message, report, batch, timer, operation and crash happens
 * in an order that is drawn from it. After each step the invariants are checked.
 */
export class Simulation {
  readonly happenings: Happenings = {};
  readonly #random: () => number;
  readonly #root = mkdtempSync(join(FAST_DISK, 'projectionist-simulation-'));
  readonly #promises = new Promises();
  readonly #trace: string[] = [];
  #process: SimulatedProcess | undefined;
  #lives = 0;
  readonly #definitions: Record<ProjectionName, number> = { bank: 0, branch: 0 };
  #folder: string;
  #crashPoint: CrashPoint;
  #count = 0;
  /** What was live at the last look, and how many statements had been run by then: none since, and nothing has changed. */
  #live: ReturnType<typeof check> = new Map();
  #looked = -1;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#folder = join(this.#root, '0');
    mkdirSync(this.#folder);
    this.#crashPoint = this.#makeCrashPoint();
  }

  /** What was done, in order. */
  get trace(): readonly string[] {
    return this.#trace;
  }

  async run(steps: number): Promise<void> {
    try {
      for (let step = 0; step < steps; step += 1) await this.#step();
      await this.#settleDown();
    } finally {
      await this.#bury();
      rmSync(this.#root, { recursive: true, force: true });
    }
  }

  get #living(): SimulatedProcess {
    if (this.#process === undefined) throw new Error('No process lives');
    return this.#process;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #anyProjection(): ProjectionName {
    return PROJECTIONS[this.#below(PROJECTIONS.length)] as ProjectionName;
  }

  async #step(): Promise<void> {
    await this.#begin();
    const [name, act] = this.#choose();
    await this.#perform(name, act);
    this.#look();
  }

  async #perform(name: string, act: () => unknown): Promise<void> {
    this.#note(name);
    try {
      await act();
    } catch (error) {
      if (!this.#crashPoint.isDead) throw error;
    }
    await settled();
    if (this.#crashPoint.isDead) await this.#mourn();
  }

  #note(name: string): void {
    this.#trace.push(name);
    const kind = name.split(' ')[0] as string;
    this.happenings[kind] = (this.happenings[kind] ?? 0) + 1;
  }

  /** Starts a process where none lives; it may die while it starts. */
  async #begin(): Promise<void> {
    while (this.#process === undefined) {
      if (this.#random() < 0.1) this.#crashPoint.arm(1 + this.#below(60));
      try {
        this.#process = new SimulatedProcess({
          folder: this.#folder,
          random: this.#random,
          definitions: this.#definitions,
          crashPoint: this.#crashPoint,
          onVerified: ({ projection, generation }) => this.#promises.of(projection).verified.add(generation),
        });
        await settled();
      } catch (error) {
        if (!this.#crashPoint.isDead) throw error;
      }
      if (this.#crashPoint.isDead) await this.#mourn();
    }
  }

  #choose(): [string, () => unknown] {
    const { hosts } = this.#living;
    const moves = this.#living.moves();
    const draw = this.#below(100);
    if (draw < 60 && moves.length > 0) return ['move', moves[this.#below(moves.length)] as () => unknown];
    if (draw < 70) return ['append', () => this.#append()];
    if (draw < 76) return ['notice', () => this.#living.notice()];
    if (draw < 79) return ['clock', () => this.#living.clock.pass(this.#below(400))];
    if (draw < 84) return this.#operation();
    if (draw < 88) return this.#decision();
    if (draw < 90) return this.#change();
    if (draw < 92) return ['wait', () => this.#wait()];
    if (draw < 94) return this.#threadDeath(hosts.filter(({ canDie }) => canDie));
    if (draw < 96) return ['arm', () => this.#crashPoint.arm(1 + this.#below(40))];
    if (draw < 97) return ['crash', () => this.#crashPoint.die()];
    if (draw < 98) return ['refused-append', () => this.#appendNonsense()];
    if (draw < 99) return ['restart', () => this.#restart()];
    return ['notice', () => this.#living.notice()];
  }

  async #append(): Promise<void> {
    const events = anyEvents(this.#random, () => `event-${(this.#count += 1)}`);
    await this.#living.log.appendAll(events);
    for (const { id } of events) this.#promises.events.add(id);
  }

  async #appendNonsense(): Promise<void> {
    const { log } = this.#living;
    const head = log.head();
    const nonsense = { id: 'nonsense', stream: 'a', type: 'account.opened', data: { owner: 1 } };
    const refused = await log.appendAll([...anyEvents(this.#random, () => 'good'), nonsense]).then(
      () => undefined,
      (error: unknown) => error as { code?: string; hint?: string },
    );
    requireThat(10, refused?.code === 'EVENT_INVALID', `a bad event was answered with ${refused?.code}`);
    requireThat(10, log.head() === head, 'a part of a refused append is in the log');
  }

  #operation(): [string, () => unknown] {
    const names = [
      'rebuild',
      'verified-rebuild',
      'verify',
      'rollback',
      'reset',
      'pause',
      'resume',
      'resume',
    ] as const;
    const name = names[this.#below(names.length)] as (typeof names)[number];
    const projection = this.#anyProjection();
    const ask = (): void => {
      // Its success ends what was decided before; when, only the catalogue knows.
      if (name === 'reset') this.#promises.of(projection).decisions = [];
      this.#ask(projection, name);
    };
    return [`${name} ${projection}`, ask];
  }

  #ask(projection: ProjectionName, what: string): Asked {
    const keeper = this.#living.keepers[projection];
    const isVerified = what === 'verified-rebuild';
    const operation = operationNamed(isVerified ? 'rebuild' : what);
    const answer = operation(keeper, isVerified ? { verify: true } : {}).then((outcome) =>
      requireThat(
        4,
        !('isSame' in outcome) || outcome.isSame === true,
        'a second replay gave something else',
      ),
    );
    return this.#living.ask(`${what} ${projection}`, answer);
  }

  #decision(): [string, () => unknown] {
    const kind = this.#random() < 0.6 ? 'discard' : 'retry';
    const partition = STREAMS[this.#below(STREAMS.length)] as string;
    const projection = this.#anyProjection();
    const name = `${kind} ${partition} ${projection}`;
    return [name, () => this.#living.ask(name, this.#decide(projection, kind, partition))];
  }

  async #decide(projection: ProjectionName, kind: 'discard' | 'retry', partition: string): Promise<void> {
    const { keepers, catalog, asked } = this.#living;
    const known = new Set(catalog.decisions.of(projection).map(({ id }) => id));
    await keepers[projection].decide({ kind, partition, reason: 'the seed says so' });
    // What is decided beside a reset goes with it.
    if (asked.some(({ what, isSettled }) => what === `reset ${projection}` && !isSettled)) return;
    const mine = catalog.decisions
      .of(projection)
      .filter(({ id, partition: of }) => !known.has(id) && of === partition);
    this.#promises.of(projection).decisions.push(...mine.map((decision) => JSON.stringify(decision)));
  }

  #change(): [string, () => unknown] {
    const projection = this.#anyProjection();
    const definition = this.#below(DEFINITIONS[projection].length);
    const change = (): void => {
      this.#definitions[projection] = definition;
      this.#living.use(projection, definition);
    };
    return [`definition ${definition} ${projection}`, change];
  }

  /** 6: a wait does not return before its position is committed; that it ends in time is checked with every step. */
  #wait(): void {
    const { clock, keepers, log } = this.#living;
    const projection = this.#anyProjection();
    const position = Math.max(0, log.head() - 3 + this.#below(6));
    const limit = this.#below(1000);
    const began = clock.now;
    const waited = keepers[projection].waitFor(position, limit).then(
      () =>
        requireThat(
          6,
          this.#committed(projection) >= position,
          `a wait for ${position} ended at ${this.#committed(projection)}`,
        ),
      (error: { code: string }) => {
        const isEarly = error.code === 'WAIT_TIMEOUT' && clock.now < began + limit;
        requireThat(6, !isEarly, `a wait for ${limit} ms gave up after ${clock.now - began}`);
        throw error;
      },
    );
    const asked = this.#living.ask('wait', waited);
    clock.after(limit + 1, () =>
      queueMicrotask(() =>
        setImmediate(() => requireThat(6, asked.isSettled, `a wait for ${limit} ms hangs`)),
      ),
    );
  }

  #committed(projection: ProjectionName): number {
    return check(this.#folder, this.#promises).get(projection)?.file.checkpoint.position ?? -1;
  }

  #threadDeath(mortal: SimulatedProcess['hosts']): [string, () => unknown] {
    const host = mortal[this.#below(mortal.length)];
    if (host === undefined) return ['notice', () => this.#living.notice()];
    const isLastReportLost = this.#random() < 0.3;
    return ['thread-death', () => host.die(isLastReportLost)];
  }

  async #restart(): Promise<void> {
    const process = this.#living;
    const stopping = process.ask('stop', process.stop());
    while (!stopping.isSettled && !this.#crashPoint.isDead) {
      for (const move of process.moves()) move();
      await settled();
    }
    if (this.#crashPoint.isDead) return;
    if (stopping.error !== undefined) throw stopping.error;
    this.#process = undefined;
    this.#crashPoint = this.#makeCrashPoint();
  }

  /** After every step, and after every death before anything of the engine has seen what is left. */
  #look(): void {
    const { statements } = this.#crashPoint;
    if (statements !== this.#looked) this.#live = check(this.#folder, this.#promises);
    this.#looked = statements;
    if (this.#process === undefined) return;
    for (const { what, error } of this.#process.asked) requireRefusal(what, error);
    for (const projection of PROJECTIONS) {
      const live = this.#live.get(projection);
      this.#checkStatus(projection, live?.generation.number ?? null, live?.file.checkpoint.position ?? 0);
    }
  }

  /** 7: what the status says is what the files say, as far as it can have been told. */
  #checkStatus(projection: ProjectionName, number: number | null, position: number): void {
    const { keepers, hosts } = this.#living;
    const keeper = keepers[projection];
    const status = keeper.status();
    requireThat(
      7,
      status.generation === number,
      `the status names ${status.generation} as live, not ${number}`,
    );
    requireThat(
      7,
      status.position <= position,
      `the status is at ${status.position}, the file at ${position}`,
    );
    const isThreadGone = hosts.some((host) => host.path === keeper.live?.path && host.waitsForThread);
    const isTold = ['failed', 'paused', 'stopped'].includes(status.state);
    requireThat(7, !isThreadGone || isTold, `the thread has ended, and the state is ${status.state}`);
    const live = hosts.find((host) => host.path === keeper.live?.path && host.canDie);
    const isQuiet = live !== undefined && live.moves().length === 0 && status.state !== 'failed';
    const isSame = !isQuiet || status.state === 'unknown' || status.position === position;
    requireThat(7, isSame, `the status stays at ${status.position}, and the file is at ${position}`);
  }

  #makeCrashPoint(): CrashPoint {
    const next = join(this.#root, String(this.#lives + 1));
    const folder = this.#folder;
    return new CrashPoint(folder, () => cpSync(folder, next, { recursive: true }));
  }

  /** Leaves the dead process's folder for the copy that was taken at the moment of its death. */
  async #mourn(): Promise<void> {
    this.#note('death');
    const folder = this.#folder;
    await this.#bury();
    rmSync(folder, { recursive: true, force: true });
    this.#lives += 1;
    this.#folder = join(this.#root, String(this.#lives));
    this.#crashPoint = this.#makeCrashPoint();
    this.#looked = -1;
    this.#look();
  }

  async #bury(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#crashPoint.bury();
    await process?.log.close().catch(() => {});
  }

  /** Nothing more goes wrong: everything that was asked is answered, and the views come to what a replay gives. */
  async #settleDown(): Promise<void> {
    this.#crashPoint.disarm();
    await this.#begin();
    this.#crashPoint.disarm();
    await this.#perform('notice', () => this.#living.notice());
    await this.#calm();
    // While one is paused, a build that somebody waits for may stand still for ever.
    for (const projection of PROJECTIONS)
      if (this.#living.keepers[projection].status().paused !== null) this.#ask(projection, 'resume');
    await this.#calm();
    for (const projection of PROJECTIONS) {
      await this.#rebuilt(projection, 'rebuild');
      const before = this.#liveContents(projection);
      await this.#rebuilt(projection, 'verified-rebuild');
      requireEqual(4, this.#liveContents(projection), before, 'what a rebuild gives');
    }
  }

  /** Lets everything happen that can. */
  async #calm(): Promise<void> {
    const process = this.#living;
    for (let round = 0; round < 5000; round += 1) {
      const [move] = process.moves();
      if (move !== undefined) move();
      else if (process.clock.hasTimers) process.clock.pass(10_000);
      await settled();
      const isQuiet = move === undefined && process.moves().length === 0 && !process.clock.hasTimers;
      if (isQuiet && !process.isBusy) break;
    }
    this.#look();
    const isPaused = Object.values(process.keepers).some((keeper) => keeper.status().paused !== null);
    const open = process.asked.filter(({ isSettled }) => !isSettled);
    requireThat(6, isPaused || open.length === 0, `never answered: ${open.map(({ what }) => what).join()}`);
  }

  /** The live generation goes through every decision, at the head, under the present definition. */
  async #rebuilt(projection: ProjectionName, how: 'rebuild' | 'verified-rebuild'): Promise<void> {
    const { keepers, log } = this.#living;
    const asked = this.#ask(projection, how);
    await this.#calm();
    requireThat(5, asked.error === undefined, `the last rebuild failed: ${String(asked.error)}`);
    const { position, state, parked } = keepers[projection].status();
    requireThat(2, position === log.head(), `at the end the view is at ${position} of ${log.head()}`);
    requireThat(7, state === (parked > 0 ? 'parked' : 'live'), `at the end the projection is ${state}`);
    const live = check(this.#folder, this.#promises).get(projection);
    requireEqual(4, live?.file.decisions, decisionsIn(this.#folder, projection), 'what was decided');
  }

  #liveContents(projection: ProjectionName): string {
    return contentsOf(this.#living.keepers[projection].live?.path ?? '');
  }
}

function requireRefusal(what: string, error: unknown): void {
  if (error === undefined || error instanceof Died) return;
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined && REFUSALS.has(code)) return;
  throw error instanceof Error && error.message.startsWith('Invariant')
    ? error
    : new Error(`${what} was answered with ${String(code)}: ${message}`, { cause: error });
}
