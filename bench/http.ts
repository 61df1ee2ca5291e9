// Requests a second of the query API against a bare Hono route that runs one prepared statement and returns the same
// rows, each served by a process of its own, one after the other in rounds. Run: npm run bench -- http, or node
// --conditions=projectionist-source bench/http.ts
import { type ChildProcess, fork } from 'node:child_process';
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

const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
try {
  const ours = await start('ours');
  const bare = await start('bare');
  try {
    for (const one of CASES) await compare(one, ours.url, bare.url);
  } finally {
    ours.process.kill();
    bare.process.kill();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare({ name, target, path }: Case, ours: string, bare: string): Promise<void> {
  await requireSameRows(ours + path(7), bare + path(7));
  const rates = { ours: [] as number[], bare: [] as number[] };
  await measure(ours, path, 1);
  await measure(bare, path, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.bare.push(await measure(bare, path, SECONDS));
    rates.ours.push(await measure(ours, path, SECONDS));
  }
  const [own, hand] = [median(rates.ours), median(rates.bare)];
  const ratio = own / hand;
  console.log(
    `${name}: ${Math.round(own)} requests/s, by hand ${Math.round(hand)}: ${ratio.toFixed(2)} (target ${target}: ${ratio >= target ? 'met' : 'missed'})`,
  );
}

async function requireSameRows(ours: string, bare: string): Promise<void> {
  const [own, hand] = await Promise.all(
    [ours, bare].map(async (url) => JSON.stringify(await (await fetch(url)).json())),
  );
  if (own !== hand) throw new Error(`Not the same rows:\n${own}\n${hand}`);
}

async function measure(url: string, path: (index: number) => string, duration: number): Promise<number> {
  const requests = Array.from({ length: 1000 }, (_, index) => ({
    method: 'GET' as const,
    path: path(index * 7),
  }));
  const result = await autocannon({ url, connections: CONNECTIONS, duration, requests });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were no rows`);
  return result.requests.total / result.duration;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function start(kind: 'ours' | 'bare'): Promise<{ url: string; process: ChildProcess }> {
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
