/**
 * Mixed load on a real server: appends, queries, live readers, rebuilds, retries and discards, for so many minutes, and a
 * table of what it took. `npm run soak -- --minutes 30`. Fails where memory or open files grow.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from '../cli/support.ts';
import { record } from '../reliability/record.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes must be a number above 0');

/** Streams that are appended to: few, so that what is kept for each does not grow with the time. */
const STREAMS = 200;
/** Events a second: a log that grows evenly, on any machine. */
const PACE = 200;
const SAMPLES = 20;
/** Megabytes, and open files, by which the last quarter may lie above the second one. */
const GROWTH = { memory: 40, files: 10 };

interface Sample {
  readonly minute: number;
  readonly memory: number;
  readonly files: number;
  readonly events: number;
  readonly queries: number;
  readonly changes: number;
  readonly operations: number;
}

const folder = mkdtempSync(join(tmpdir(), 'projectionist-soak-'));
const server = new Server(
  spawn(
    process.execPath,
    [
      resolve('src/cli/projectionist.js'),
      'start',
      '--port',
      '0',
      '--projections',
      resolve('test/fault/bank'),
      '--data',
      join(folder, 'data'),
    ],
    { cwd: folder },
  ),
);
const ending = new AbortController();
const counts = { events: 0, queries: 0, changes: 0, operations: 0 };

try {
  await server.says(/Ready\. Try:/);
  const work = Promise.all([append(), query(), query(), readLive(), readLive(), operate()]);
  const samples: Sample[] = [];
  for (let index = 1; index <= SAMPLES; index += 1) {
    await Promise.race([delay((minutes * 60_000) / SAMPLES), work]);
    samples.push({ minute: (minutes * index) / SAMPLES, ...usage(), ...counts });
    process.stdout.write(`${Math.round((100 * index) / SAMPLES)} %\n`);
  }
  ending.abort();
  await work;
  console.table(samples);
  judge(samples);
} finally {
  ending.abort();
  server.signal('SIGKILL');
  await server.ended();
  rmSync(folder, { recursive: true, force: true });
}

/** Resident memory in megabytes, and open files. */
function usage(): { memory: number; files: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { memory: Math.round(kilobytes / 1024), files: readdirSync(`/proc/${server.pid}/fd`).length };
}

function judge(samples: readonly Sample[]): void {
  const quarter = SAMPLES / 4;
  const median = (of: 'memory' | 'files', from: number): number =>
    samples
      .slice(from, from + quarter)
      .map((sample) => sample[of])
      .toSorted((a, b) => a - b)[Math.floor(quarter / 2)] as number;
  // The first quarter fills caches.
  const grown = {
    memory: median('memory', 3 * quarter) - median('memory', quarter),
    files: median('files', 3 * quarter) - median('files', quarter),
  };
  const { events, queries, changes, operations } = counts;
  const figures =
    `${minutes} minutes, ${events.toLocaleString('en')} events, ${queries.toLocaleString('en')} queries, ${changes.toLocaleString('en')} ` +
    `messages to live readers, ${operations} rebuilds, retries and discards; memory ${signed(grown.memory)} MB, open files ${signed(grown.files)} ` +
    `between the second and the last quarter`;
  console.log(figures);
  record('soak', figures);
  if (Math.min(events, queries, changes, operations) === 0) throw new Error('A part of the load did nothing');
  if (grown.memory > GROWTH.memory) throw new Error(`Memory grew by ${grown.memory} MB`);
  if (grown.files > GROWTH.files) throw new Error(`Open files grew by ${grown.files}`);
}

function signed(number: number): string {
  return number < 0 ? `−${-number}` : `+${number}`;
}

async function ask(path: string, body?: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  return fetch(`${server.url}${path}`, post);
}

async function append(): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn += 1) {
    const stream = `account-${turn % STREAMS}`;
    // Every seventh account is paid into before it is opened, and parked.
    const isOpening = turn < STREAMS && turn % 7 !== 0;
    const event = isOpening
      ? { stream, type: 'account.opened', data: { owner: `owner ${turn % 20}` } }
      : { stream, type: 'account.deposited', data: { amount: 1 } };
    const response = await ask('/events', event);
    await response.arrayBuffer();
    if (response.status !== 201) throw new Error(`An append was answered with ${response.status}`);
    counts.events += 1;
    await delay(1000 / PACE);
  }
}

async function query(): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn += 1) {
    const response = await ask(`/views/accounts?owner=eq.owner%20${turn % 20}&order=balance.desc&limit=10`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`A query was answered with ${response.status}`);
    counts.queries += 1;
    await delay(5);
  }
}

/** A live reader that comes and goes. */
async function readLive(): Promise<void> {
  while (!ending.signal.aborted) {
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(5000)]);
    const headers = { Accept: 'text/event-stream' };
    try {
      const response = await fetch(`${server.url}/views/accounts?balance=gt.5&limit=20`, { headers, signal });
      for await (const chunk of response.body ?? []) counts.changes += chunk.length > 0 ? 1 : 0;
    } catch (error) {
      // Its own going away, and nothing else.
      if (!signal.aborted) throw error;
    }
  }
}

async function operate(): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn += 1) {
    const letters = `/projections/accounts/dead-letters/account-${7 * (turn % 28)}`;
    const [path, body] = [
      ['/projections/accounts/rebuild', {}],
      [`${letters}/retry`, {}],
      [`${letters}/discard`, { reason: 'the soak' }],
      ['/projections/notes/rebuild', {}],
    ][turn % 4] as [string, object];
    await (await ask(path, body)).arrayBuffer();
    counts.operations += 1;
    await delay(500);
  }
}
