/**
 * Rebuilding two views from an order log: the engine's build against a hand-written loop of prepared statements (in
 * batches of 1,000 and 20,000) and against the same Drizzle statements run for each event. Every side is a process of
 * its own, on one thread, and they take turns. `npm run bench -- rebuild [events] [rounds]`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/database/open.ts';
import { migrate } from '../src/database/migrate.ts';
import { LOG_FORMAT } from '../src/event-log/format.ts';
import { LogWriter } from '../src/event-log/writer.ts';
import { orderEvents } from './order-events.ts';
import { ratio } from './report.ts';

interface Result {
  readonly seconds: number;
  readonly events: number;
  readonly megabytes: number;
  readonly rows: unknown;
}

/** The per-event Drizzle side gets a shorter log: it would need hours, and gigabytes, for the whole one. */
const DRIZZLE_EVENTS = 50_000;

export function benchRebuild(events: number, rounds: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-bench-'));
  try {
    const log = join(folder, 'log.db');
    writeLog(log, events);
    const run = (side: string, count = events): Result => runSide(side, log, join(folder, 'view.db'), count);
    measure(events, rounds, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(events: number, rounds: number, run: (side: string, count?: number) => Result): void {
  const sides = {
    compiled: [] as Result[],
    by1000: [] as Result[],
    by20000: [] as Result[],
    drizzle: [] as Result[],
  };
  for (let round = 0; round < rounds; round += 1) {
    sides.by1000.push(run('1000'));
    sides.compiled.push(run('compiled'));
    sides.by20000.push(run('20000'));
    if (round === 0 || events <= 1_000_000)
      sides.drizzle.push(run('drizzle', Math.min(events, DRIZZLE_EVENTS)));
  }
  requireSame([...sides.compiled, ...sides.by1000, ...sides.by20000]);
  const rates = (results: readonly Result[]): number[] =>
    results.map(({ events: count, seconds }) => count / seconds);
  const better = rates(sides.by1000).map((rate, round) => Math.max(rate, rates(sides.by20000)[round] ?? 0));
  console.log(`rebuild of ${events.toLocaleString('en-US')} events`);
  for (const [name, results] of Object.entries(sides)) {
    const peak = Math.max(...results.map(({ megabytes }) => megabytes));
    console.log(
      `  ${name.padEnd(9)} ${rates(results)
        .map((rate) => `${Math.round(rate / 1000)} k/s`)
        .join(', ')}; peak memory ${Math.round(peak)} MB`,
    );
  }
  console.log(`  compiled / better hand-written loop: ${ratio(rates(sides.compiled), better)}`);
  console.log(`  compiled / Drizzle for each event:   ${ratio(rates(sides.compiled), rates(sides.drizzle))}`);
}

function requireSame(results: readonly Result[]): void {
  const answers = new Set(results.map(({ rows }) => JSON.stringify(rows)));
  if (answers.size !== 1) throw new Error(`The sides disagree: ${[...answers].join(' ')}`);
}

function runSide(side: string, log: string, view: string, events: number): Result {
  const script = join(import.meta.dirname, 'rebuild-side.ts');
  const first = join(import.meta.dirname, 'as-started.ts');
  const args = [
    '--conditions=projectionist-source',
    '--import',
    first,
    script,
    side,
    log,
    view,
    String(events),
  ];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Result;
}

export function writeLog(path: string, events: number): void {
  const db = openDatabase(path, { purpose: 'bulk' });
  migrate(db, LOG_FORMAT);
  const writer = new LogWriter(db);
  const expected = new Map<string, undefined>();
  db.exec('BEGIN IMMEDIATE');
  writer.begin();
  let count = 0;
  for (const event of orderEvents(events)) {
    writer.append({
      events: [{ ...event, schemaVersion: 1, data: JSON.stringify(event.data), metadata: null }],
      expected,
    });
    count += 1;
    if (count % 100_000 === 0) {
      writer.finish();
      db.exec('COMMIT; BEGIN IMMEDIATE');
      writer.begin();
    }
  }
  writer.finish();
  db.exec('COMMIT');
  db.close();
}

if (import.meta.main) benchRebuild(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 3));
