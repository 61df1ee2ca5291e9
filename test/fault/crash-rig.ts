import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../src/database/open.ts';
import { Catalog, type Generation } from '../../src/engine/catalog.ts';
import { connectFeed, openGeneration, peekCheckpoint } from '../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import type { Notice } from '../../src/engine/states/notice.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { compileDefinitions } from '../../src/projection/load.ts';
import { history } from '../engine/ledger.ts';
import { contentsOf, temporaryFolder } from '../engine/stage.ts';
import { definitionsFor } from './definitions.ts';
import { randomFrom } from './random.ts';

const VICTIM = join(import.meta.dirname, 'victim.ts');
const FACTORS = [1, 2, 3] as const;

/** What a process said before it was killed. */
interface Life {
  readonly acknowledged: string[];
  readonly notices: Notice[];
  /** Projections that it was about to roll back, so that builds may have been given up. */
  readonly disturbed: Set<string>;
}

/** A build that a kill interrupted. */
interface Interrupted {
  readonly projection: string;
  readonly number: number;
  readonly hash: string;
  readonly position: number;
}

/** Kills a process that works on a data folder, over and over, and looks at what it leaves behind. */
export class CrashRig {
  readonly data = temporaryFolder();
  readonly #random: () => number;
  readonly #acknowledged = new Set<string>();
  #factor: number = FACTORS[0];
  #interrupted: Interrupted[] = [];
  /** The positions at which generations have been compared already. */
  readonly #checked = new Map<string, number>();
  /** Builds that went on where a kill had interrupted them. */
  resumed = 0;

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  /** A log that takes a while to build from. */
  async prepare(events: number): Promise<void> {
    const log = EventLog.open(join(this.data, 'log.db'));
    const lines = history(500, Math.ceil(events / 500) - 1).map((event) => `${JSON.stringify(event)}\n`);
    await log.importLines(Readable.from(lines));
    await log.close();
  }

  /** One life and one death; throws where something is not as it must be. */
  async killOnce(): Promise<void> {
    // Mostly the same definition again, so that what was interrupted is wanted; sometimes another one.
    if (this.#random() < 0.25) this.#factor = FACTORS[Math.floor(this.#random() * FACTORS.length)] as number;
    const life = await this.#liveAndDie();
    for (const id of life.acknowledged) this.#acknowledged.add(id);
    this.#checkResumption(life);
    this.#checkLog();
    this.#checkGenerations();
  }

  /** Mostly killed at work; now and then while it still starts. */
  async #liveAndDie(): Promise<Life> {
    const seed = String(Math.floor(this.#random() * 1e9));
    const child = spawn(
      process.execPath,
      ['--conditions=projectionist-source', VICTIM, this.data, seed, String(this.#factor)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const said: string[] = [];
    const started = Promise.withResolvers<void>();
    const complaints: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      if (text.includes('started')) started.resolve();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    const ended = once(child, 'close');
    const work = started.promise.then(() => delay(this.#random() * 700));
    const isEarly = this.#random() < 0.1;
    await Promise.race([isEarly ? delay(this.#random() * 1000) : work, ended]);
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`It died of itself: ${complaints.join('')}${said.join('')}`);
    return lifeOf(said.join(''));
  }

  /** A build that was interrupted goes on where it was, unless another definition or a rollback got in its way. */
  #checkResumption({ notices, disturbed }: Life): void {
    for (const { projection, number, hash, position } of this.#interrupted) {
      if (disturbed.has(projection) || !this.#hashes().includes(hash)) continue;
      const begun = notices.find(
        (notice) => notice.kind === 'build-started' && notice.projection === projection,
      );
      if (begun?.kind !== 'build-started') continue;
      if (begun.generation !== number || begun.from < position)
        throw new Error(
          `Generation ${number} of ${projection}, at ${position}, started over: ${JSON.stringify(begun)}`,
        );
      this.resumed += 1;
    }
  }

  #hashes(): string[] {
    return compileDefinitions(definitionsFor(this.#factor)).projections.map(
      ({ compiled }) => compiled.program.hash,
    );
  }

  #checkLog(): void {
    const db = openDatabase(join(this.data, 'log.db'), { purpose: 'read' });
    try {
      const { events, head } = db
        .prepare('SELECT count(*) AS events, max(position) AS head FROM events')
        .get() as {
        events: number;
        head: number;
      };
      if (events !== head) throw new Error(`The log has ${events} events, and its head is ${head}`);
      const find = db.prepare('SELECT 1 FROM events WHERE id = ?');
      for (const id of this.#acknowledged)
        if (find.get(id) === undefined) throw new Error(`Event ${id} was acknowledged, and is not there`);
    } finally {
      db.close();
    }
  }

  /** Compares every generation with one that is built in one go, from a copy of the log. */
  #checkGenerations(): void {
    const copy = this.copyLog();
    const generations = generationsOf(this.data);
    this.#interrupted = [];
    for (const generation of generations) {
      const path = join(this.data, generation.file);
      const checkpoint = peekCheckpoint(path);
      if (checkpoint === undefined) {
        // A kill may come before the file is made, while it is being built; never after.
        if (generation.state !== 'building')
          throw new Error(`${generation.file} is ${generation.state}, and gone`);
        continue;
      }
      const { projection, number, program, state } = generation;
      const { position } = checkpoint;
      if (state === 'building' && position > 0)
        this.#interrupted.push({ projection, number, hash: program.hash, position });
      if (this.#checked.get(generation.file) === position) continue;
      this.#checked.set(generation.file, position);
      if (contentsOf(path) !== builtInOneGo(generation, position, copy))
        throw new Error(`${generation.file} (${state}, at ${position}) is not what its log gives`);
    }
    rmSync(copy, { recursive: true });
  }

  get factor(): number {
    return this.#factor;
  }

  /** A folder with a copy of the log. */
  copyLog(): string {
    const folder = temporaryFolder();
    const db = openDatabase(join(this.data, 'log.db'), { purpose: 'read' });
    db.pragma('query_only = OFF');
    db.prepare('VACUUM INTO ?').run(join(folder, 'log.db'));
    db.close();
    return folder;
  }
}

/** All generations that a folder's catalogue knows. */
export function generationsOf(data: string): Generation[] {
  const catalog = new Catalog(join(data, 'catalog.db'));
  try {
    return catalog.projections().flatMap((name) => catalog.generations(name));
  } finally {
    catalog.close();
  }
}

function lifeOf(said: string): Life {
  const life: Life = { acknowledged: [], notices: [], disturbed: new Set() };
  for (const line of said.split('\n').slice(0, -1)) {
    const [word, ...rest] = line.split(' ');
    if (word === 'ack') life.acknowledged.push(...rest);
    if (word === 'notice') life.notices.push(JSON.parse(rest.join(' ')) as Notice);
    if (word === 'asks' && rest[0] === 'rollback') life.disturbed.add(rest[1] as string);
  }
  return life;
}

const compiledByHash = new Map(
  FACTORS.flatMap((factor) => compileDefinitions(definitionsFor(factor)).projections).map(({ compiled }) => [
    compiled.program.hash,
    compiled,
  ]),
);

function builtInOneGo({ program, file }: Generation, position: number, folder: string): string {
  const compiled = compiledByHash.get(program.hash);
  if (compiled === undefined) throw new Error(`${file} is of no definition that was ever run`);
  const log = EventLog.open(join(folder, 'log.db'));
  const path = join(folder, file);
  const db = openGeneration(path, program, log.id, 'bulk');
  connectFeed(db, program, log.path);
  if (position > log.head()) throw new Error(`${file} is at ${position}, and the log ends at ${log.head()}`);
  new Projector(db, program, codeOf(compiled)).apply(position);
  db.close();
  void log.close();
  return contentsOf(path);
}
