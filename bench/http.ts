// Requests a second of the query API against a bare Hono route that runs one prepared statement and returns the same
// rows, each served by a process of its own, one after the other in rounds. The ratio is the median of those of the rounds,
// whose two halves follow each other at once; the processor time that the server's process takes for a request stands
// beside it, as the load comes from the same machine. Run: npm run bench -- http, or node
// --conditions=projectionist-source bench/http.ts
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

const CONNECTIONS = 50;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 4);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const ORDERS = 20_000;
const CUSTOMERS = 400;

interface Case {
  readonly name: string;
  /** The least that our share of the hand-written rate may be. */
  readonly target: number;
  readonly path: (index: number) => string;
}

const CASES: readonly Case[] = [
  {
    name: 'point look-up by key',
    target: 0.85,
    path: (index) => `/views/orders?id=eq.order-${index % ORDERS}`,
  },
  {
    name: 'filtered page of 20',
    target: 0.8,
    path: (index) =>
      `/views/orders?customer_id=eq.customer-${index % CUSTOMERS}&order=total_cents.desc&limit=20`,
  },
];

interface Side {
  readonly url: string;
  readonly process: ChildProcess;
}

interface Measured {
  /** Requests a second. */
  readonly rate: number;
  /** Microseconds of processor time a request. */
  readonly cost: number;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
try {
  const ours = await start('ours');
  const bare = await start('bare');
  try {
    for (const one of CASES) await compare(one, ours, bare);
  } finally {
    ours.process.kill();
    bare.process.kill();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare({ name, target, path }: Case, ours: Side, bare: Side): Promise<void> {
  await requireSameRows(ours.url + path(7), bare.url + path(7));
  await measure(ours, path, 1);
  await measure(bare, path, 1);
  const rounds: { own: Measured; hand: Measured }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const hand = await measure(bare, path, SECONDS);
    rounds.push({ hand, own: await measure(ours, path, SECONDS) });
  }
  const ratio = median(rounds.map(({ own, hand }) => own.rate / hand.rate));
  const of = (pick: (round: { own: Measured; hand: Measured }) => number) =>
    Math.round(median(rounds.map(pick)));
  console.log(
    `${name}: ${of(({ own }) => own.rate)} requests/s, by hand ${of(({ hand }) => hand.rate)}: ${ratio.toFixed(2)} (target ${target}: ${ratio >= target ? 'met' : 'missed'}); ${of(({ own }) => own.cost)} µs of processor time a request, by hand ${of(({ hand }) => hand.cost)}`,
  );
}

async function requireSameRows(ours: string, bare: string): Promise<void> {
  const [own, hand] = await Promise.all(
    [ours, bare].map(async (url) => JSON.stringify(await (await fetch(url)).json())),
  );
  if (own !== hand) throw new Error(`Not the same rows:\n${own}\n${hand}`);
}

async function measure(side: Side, path: (index: number) => string, duration: number): Promise<Measured> {
  const requests = Array.from({ length: 1000 }, (_, index) => ({
    method: 'GET' as const,
    path: path(index * 7),
  }));
  const before = await processorTime(side);
  const result = await autocannon({ url: side.url, connections: CONNECTIONS, duration, requests });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were no rows`);
  const { total } = result.requests;
  return { rate: total / result.duration, cost: ((await processorTime(side)) - before) / total };
}

/** Microseconds that a side's process has used. */
async function processorTime({ process: child }: Side): Promise<number> {
  const answered = once(child, 'message') as Promise<[number]>;
  child.send('processor time?');
  return (await answered)[0];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function start(kind: 'ours' | 'bare'): Promise<Side> {
  const child = fork(
    join(import.meta.dirname, 'http-server.ts'),
    [kind, join(folder, kind), String(ORDERS), String(CUSTOMERS)],
    {
      execArgv: ['--conditions=projectionist-source'],
    },
  );
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ url: url as string, process: child }));
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}
