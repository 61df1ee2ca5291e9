/**
 * How long point look-ups take over HTTP: on an idle server, while it rebuilds, beside a process that does nothing but
 * loop, and while scans keep its reader processes busy, at a steady rate and from the moment that each is due. The loop
 * tells what it costs that one processor is busy, with whatever. The first three take turns, and are equally long.
 * The files are in the system's temporary folder; TMPDIR chooses another disk.
 * `npm run bench -- lookups [events] [look-ups a second] [rebuilds]`
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeLog } from './rebuild.ts';
import { percentile } from './report.ts';

const events = Number(process.argv[2] ?? 1_000_000);
const rate = Number(process.argv[3] ?? 200);
const rounds = Number(process.argv[4] ?? 3);
const SECONDS = 10;
/** Of three events there is one order, and one in ten is cancelled: see order-events.ts. */
const orders = Math.floor(events / 300) * 100;
const agent = new Agent({ keepAlive: true });

const folder = mkdtempSync(join(tmpdir(), 'bench-lookups-'));
try {
  writeLog(join(folder, 'log.db'), events);
  const server = fork(join(import.meta.dirname, 'lookups-server.ts'), [folder], {
    execArgv: ['--conditions=projectionist-source'],
  });
  const [url] = (await once(server, 'message')) as [string];
  // Warms up, and starts the processes that scan.
  await measure(url, keepScanning(url, 3));
  await compare(url, server);
  agent.destroy();
  server.disconnect();
  await once(server, 'exit');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(url: string, server: ChildProcess): Promise<void> {
  const idle: number[] = [];
  const rebuilding: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    server.send('rebuild');
    rebuilding.push(...(await measure(url, once(server, 'message'))));
    const took = performance.now() - started;
    idle.push(...(await measure(url, delay(took))));
    beside.push(...(await measure(url, loopFor(took))));
  }
  const scanning = await measure(url, keepScanning(url, SECONDS));
  console.log(
    `point look-ups, ${rate} a second, view of ${events.toLocaleString('en-US')} events, rebuilt ${rounds} times`,
  );
  print('idle', idle, idle);
  print('while it rebuilds', rebuilding, idle);
  print('beside a loop', beside, idle);
  print('while scans run', scanning, idle);
}

function print(name: string, milliseconds: readonly number[], idle: readonly number[]): void {
  const at = (share: number): string => percentile(milliseconds, share).toFixed(2);
  const ratio = percentile(milliseconds, 0.99) / percentile(idle, 0.99);
  console.log(
    `  ${name.padEnd(18)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${milliseconds.length}); p99 / idle p99 ${ratio.toFixed(2)}`,
  );
}

/** Keeps one processor busy, and no disk, memory or lock. */
async function loopFor(milliseconds: number): Promise<void> {
  const loop = spawn(process.execPath, ['--eval', 'for (;;) {}']);
  await delay(milliseconds);
  loop.kill();
  await once(loop, 'exit');
}

/** Two scans at a time: a filter on a column without an index, that no row passes. */
async function keepScanning(url: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const one = async (): Promise<void> => {
    while (performance.now() < end) await ask(`${url}/views/orders?total=eq.-1`);
  };
  await Promise.all([one(), one()]);
}

/** Milliseconds of each look-up that became due before `until`. */
async function measure(url: string, until: Promise<unknown>): Promise<number[]> {
  const asked: Promise<number>[] = [];
  const over = new AbortController();
  const ended = until.finally(() => over.abort());
  const started = performance.now();
  for (let index = 0; !over.signal.aborted; index += 1) {
    const due = started + (index * 1000) / rate;
    if (due > performance.now()) await delay(due - performance.now());
    asked.push(lookUp(`${url}/views/orders?id=eq.order-${(index * 7919) % orders}`, due));
  }
  await ended;
  return Promise.all(asked);
}

async function lookUp(url: string, due: number): Promise<number> {
  // A timer may ring a fraction of a millisecond too early.
  const began = Math.min(due, performance.now());
  await ask(url);
  return performance.now() - began;
}

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      response.resume();
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode} for ${url}`));
      response.once('end', resolve);
    });
    request.once('error', (error) => {
      // A kept connection that the server was just closing: https://nodejs.org/api/http.html#requestreusedsocket
      if (request.reusedSocket) resolve(ask(url));
      else reject(error);
    });
  });
}
