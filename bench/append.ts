/**
 * Appends against a hand-written loop of one transaction an event: `node --conditions=projectionist-source
 * bench/append.ts [seconds for each]`. Both wait for the disk at each commit (synchronous=FULL).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open.ts';
import { EventLog } from '../src/event-log/event-log.ts';
import { LOG_FORMAT } from '../src/event-log/format.ts';
import { type OrderEvent, orderCatalogue, orderEvents } from './order-events.ts';

const seconds = Number(process.argv[2] ?? 2);
const ROUNDS = 3;
const CLIENTS = 100;
const BATCH = 1000;

const contenders = {
  'hand-written, one transaction an event': handWritten,
  'append, one after another': (path: string) => withLog(path, appendOneByOne),
  [`append, ${CLIENTS} at the same time`]: (path: string) => withLog(path, appendConcurrently),
  [`append, batches of ${BATCH}`]: (path: string) => withLog(path, appendBatches),
};

const folder = mkdtempSync(join(tmpdir(), 'projectionist-bench-'));
for (let round = 1; round <= ROUNDS; round += 1) {
  let baseline: number | undefined;
  for (const [name, work] of Object.entries(contenders)) {
    const perSecond = await work(join(folder, `${round}-${name.replaceAll(/\W+/g, '-')}.db`));
    baseline ??= perSecond;
    const ratio = (perSecond / baseline).toFixed(2);
    console.log(`round ${round}: ${name}: ${Math.round(perSecond)} events/s (${ratio})`);
  }
}
rmSync(folder, { recursive: true });

/** Calls `work` again and again for the time that is set; answers events per second. */
async function repeat(work: () => Promise<number> | number): Promise<number> {
  const start = performance.now();
  let events = 0;
  while (performance.now() - start < seconds * 1000) events += await work();
  return (events / (performance.now() - start)) * 1000;
}

async function handWritten(path: string): Promise<number> {
  const db = openDatabase(path, { purpose: 'durable' });
  migrate(db, LOG_FORMAT);
  const insert = db.prepare('INSERT INTO events VALUES (NULL, ?, ?, ?, ?, 1, ?, jsonb(?), NULL)');
  const version = db.prepare('SELECT coalesce(max(version), 0) FROM events WHERE stream = ?').pluck();
  const events = orderEvents(Number.MAX_SAFE_INTEGER);
  const append = db.transaction(({ id, stream, type, time, data }: OrderEvent) => {
    insert.run(id, stream, (version.get(stream) as number) + 1, type, time, JSON.stringify(data));
  });
  const perSecond = await repeat(() => {
    append.immediate(next(events));
    return 1;
  });
  db.close();
  return perSecond;
}

async function withLog(path: string, work: (log: EventLog) => Promise<number>): Promise<number> {
  const log = EventLog.open(path, { catalogue: orderCatalogue });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

function appendOneByOne(log: EventLog): Promise<number> {
  const events = orderEvents(Number.MAX_SAFE_INTEGER);
  return repeat(async () => (await log.appendAll([next(events)])).events.length);
}

async function appendConcurrently(log: EventLog): Promise<number> {
  const events = orderEvents(Number.MAX_SAFE_INTEGER);
  const client = () => repeat(async () => (await log.appendAll([next(events)])).events.length);
  const rates = await Promise.all(Array.from({ length: CLIENTS }, client));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function appendBatches(log: EventLog): Promise<number> {
  const events = orderEvents(Number.MAX_SAFE_INTEGER);
  return repeat(async () => {
    const batch = Array.from({ length: BATCH }, () => next(events));
    return (await log.appendAll(batch)).events.length;
  });
}

function next(events: Generator<OrderEvent>): OrderEvent {
  return events.next().value as OrderEvent;
}
