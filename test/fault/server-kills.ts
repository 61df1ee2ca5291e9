import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Catalog } from '../../src/engine/catalog.ts';
import { connectFeed, openGeneration } from '../../src/engine/generations/generation-file.ts';
import { NO_CODE } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { Server } from '../cli/support.ts';
import { deposited, type LedgerEvent, noted, opened } from '../engine/ledger.ts';
import { contentsOf, temporaryFolder } from '../engine/stage.ts';
import { randomFrom } from './random.ts';

const CLI = resolve('src/cli/projectionist.js');
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'kill-points.ts')).href;
const DEFINITIONS = join(import.meta.dirname, 'bank');

/** Where the server is killed by name; between them it is killed at random moments. */
export const KILL_POINTS: readonly string[] = [
  'append',
  'apply',
  'create',
  'park',
  'seal',
  'swap',
  'decide',
  'keep',
].flatMap((point) => [`${point}:before`, `${point}:after`]);

/** Milliseconds after which a server that has not come to its point is killed anyway. */
const PATIENCE = 5000;

/** Kills `projectionist start` under load over HTTP, over and over, on one data folder. */
export class ServerKills {
  readonly #folder = temporaryFolder();
  readonly #data = join(this.#folder, 'data');
  readonly #random: () => number;
  readonly #acknowledged = new Set<string>();
  readonly #opened = new Set<string>();
  #lives = 0;
  /** How often a server died at the point of that name, and how often at a random moment. */
  readonly deaths = new Map<string, number>();

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** One life and one death, at `point` or at a random moment. Throws where the log is not what was promised. */
  async kill(point: string | undefined): Promise<void> {
    this.#lives += 1;
    const server = this.#start(
      point === undefined
        ? {}
        : { KILL_POINT: `${point}:${point.startsWith('a') ? 1 + Math.floor(this.#random() * 20) : 1}` },
    );
    const ending = new AbortController();
    const ended = server.ended().then(() => ending.abort());
    const listening = server.says(/Listening on/).then(
      () => true,
      () => false,
    );
    let work: Promise<unknown> = Promise.resolve();
    if (await listening) {
      const { url } = server;
      const appends = [1, 2, 3].map((lane) => this.#append(url, lane, ending.signal));
      work = Promise.all([...appends, this.#operate(url, ending.signal)]);
      await Promise.race([ended, delay(point === undefined ? this.#random() * 400 : PATIENCE)]);
    }
    const hasDiedByItself = ending.signal.aborted;
    server.signal('SIGKILL');
    await ended;
    await work;
    if (hasDiedByItself && point === undefined) throw new Error(`It died of itself:\n${server.text}`);
    const name = hasDiedByItself && point !== undefined ? point : 'a random moment';
    this.deaths.set(name, (this.deaths.get(name) ?? 0) + 1);
    await this.#checkLog();
  }

  /** Kills an import in the middle, or around its commit: all of its lines are in the log, or none. */
  async killImport(lines: number): Promise<void> {
    const log = await this.#head();
    const killed = Math.floor(this.#random() * lines * 1.2);
    const env = { KILL_POINT: killed < lines ? `import:after:${killed + 1}` : 'append:before:1' };
    const child = this.#spawn(['append', '-', '--projections', DEFINITIONS], env);
    const server = new Server(child);
    this.#lives += 1;
    const life = this.#lives;
    child.stdin?.on('error', () => {});
    const events = Array.from({ length: lines }, (_, index) => ({
      ...noted(`line ${index}`),
      id: `import-${life}-${index}`,
    }));
    child.stdin?.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const code = await server.ended();
    if (code !== null && code !== 0) throw new Error(`The import failed:\n${server.text}`);
    const added = (await this.#head()) - log;
    if (added !== (code === 0 ? lines : 0))
      throw new Error(`A killed import left ${added} of ${lines} lines`);
    this.deaths.set('import', (this.deaths.get('import') ?? 0) + (code === null ? 1 : 0));
  }

  /** Lets a server come level and stop in good order; then every view is what an uninterrupted replay gives. */
  async compare(): Promise<void> {
    const server = this.#start({});
    await server.says(/Listening on/);
    const head = await this.#head();
    for (let isLevel = false; !isLevel; await delay(20)) {
      const response = await fetch(`${server.url}/projections`);
      const statuses = (await response.json()) as { position: number; build: unknown; state: string }[];
      isLevel = statuses.every(({ position, build }) => position === head && build === null);
      const stopped = statuses.find(({ state }) => state === 'stopped');
      if (stopped !== undefined) throw new Error(`A projection stopped: ${JSON.stringify(stopped)}`);
    }
    if ((await server.stop()) !== 0) throw new Error(`It did not stop in good order:\n${server.text}`);
    const catalog = new Catalog(join(this.#data, 'catalog.db'));
    try {
      for (const name of catalog.projections()) await this.#compareView(catalog, name);
    } finally {
      catalog.close();
    }
  }

  async #compareView(catalog: Catalog, name: string): Promise<void> {
    const live = catalog.find(name, 'live');
    if (live === undefined) throw new Error(`${name} has no live generation`);
    const log = EventLog.open(join(this.#data, 'log.db'));
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'views'));
    const db = openGeneration(join(folder, live.file), live.program, log.id, 'bulk');
    connectFeed(db, live.program, log.path);
    const policy = { onError: 'park', parkLimit: 1, decisions: catalog.decisions.of(name) } as const;
    const projector = new Projector(db, live.program, NO_CODE, policy);
    while (projector.position < log.head()) {
      projector.applyOrPark(Math.min(log.head(), projector.nextDecisionAt ?? Infinity));
      projector.carryOutDue();
    }
    db.close();
    await log.close();
    if (contentsOf(join(this.#data, live.file)) !== contentsOf(join(folder, live.file)))
      throw new Error(`${live.file} is not what an uninterrupted replay gives`);
  }

  #start(env: Record<string, string>): Server {
    return new Server(this.#spawn(['start', '--port', '0', '--projections', DEFINITIONS], env));
  }

  #spawn(args: readonly string[], env: Record<string, string>) {
    const preload = ['--conditions=projectionist-source', '--import', PRELOAD];
    return spawn(process.execPath, [...preload, CLI, ...args, '--data', this.#data], {
      cwd: this.#folder,
      env: { ...process.env, ...env },
    });
  }

  async #append(url: string, lane: number, signal: AbortSignal): Promise<void> {
    const life = this.#lives;
    for (let count = 0; !signal.aborted; count += 1) {
      const event = { ...this.#anyEvent(), id: `${life}-${lane}-${count}` };
      // What is not answered is not acknowledged; it may be there all the same.
      const response = await this.#post(`${url}/events`, event, signal);
      if (response?.status === 201) this.#acknowledged.add(event.id);
    }
  }

  #anyEvent(): LedgerEvent {
    const draw = this.#random();
    const stream = `account-${Math.floor(this.#random() * 60)}`;
    if (draw < 0.1) return noted('a note');
    // A second opening parks its account, and so does a deposit that comes before the first.
    const isNew = !this.#opened.has(stream);
    this.#opened.add(stream);
    if (isNew ? draw < 0.95 : draw < 0.13) return opened(stream);
    return deposited(stream, Math.floor(this.#random() * 100));
  }

  async #operate(url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const partition = (await this.#parked(url, signal)) ?? 'account-0';
      const letters = `/projections/accounts/dead-letters/${partition}`;
      const paths = [
        `${letters}/discard`,
        `${letters}/retry`,
        '/projections/accounts/rebuild',
        '/projections/notes/rollback',
      ];
      const path = paths[Math.floor(this.#random() * paths.length)] as string;
      await this.#post(`${url}${path}`, path.endsWith('discard') ? { reason: 'a test' } : {}, signal);
    }
  }

  /** One of the parked streams. */
  async #parked(url: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await fetch(`${url}/projections/accounts/dead-letters`, { signal }).catch(
      () => undefined,
    );
    const answer: unknown = await response?.json().catch(() => undefined);
    const parked = (answer as { parked?: { partition: string }[] } | undefined)?.parked ?? [];
    return parked[Math.floor(this.#random() * parked.length)]?.partition;
  }

  async #post(url: string, body: object, signal: AbortSignal): Promise<Response | undefined> {
    const headers = { 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
    const response = await fetch(url, request).catch(() => undefined);
    await response?.arrayBuffer().catch(() => {});
    return response;
  }

  /** Every acknowledged event is there, once, and positions have no gap. */
  async #checkLog(): Promise<void> {
    const log = EventLog.open(join(this.#data, 'log.db'));
    try {
      const ids = [...log.readAll()].map(({ id }) => id);
      const there = new Set(ids);
      if (ids.length !== log.head() || there.size !== ids.length)
        throw new Error('The log has gaps, or an event twice');
      const lost = [...this.#acknowledged].filter((id) => !there.has(id));
      if (lost.length > 0) throw new Error(`Acknowledged, and not in the log: ${lost.join(', ')}`);
    } finally {
      await log.close();
    }
  }

  async #head(): Promise<number> {
    const log = EventLog.open(join(this.#data, 'log.db'));
    const head = log.head();
    await log.close();
    return head;
  }
}
