/**
 * Import against a plain loop that a careful user would write: `node --conditions=projectionist-source bench/import.ts
 * [events]`. The loop checks nothing; the import checks every envelope, time and schema, refuses duplicates, and is one
 * transaction.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { migrate } from '../src/database/migrate.ts';
import { openDatabase } from '../src/database/open.ts';
import { EventLog } from '../src/event-log/event-log.ts';
import { LOG_FORMAT } from '../src/event-log/format.ts';
import { openLines } from '../src/event-log/import.ts';
import { type OrderEvent, orderCatalogue, writeOrderLines } from './order-events.ts';

const events = Number(process.argv[2] ?? 500_000);
const rounds = Number(process.argv[3] ?? 3);
const BATCH = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'projectionist-bench-'));
const lines = join(folder, 'orders.ndjson');
await writeOrderLines(lines, events);

const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const plain = await rate(plainLoop);
  const imported = await rate(importLines);
  ratios.push(imported / plain);
  console.log(
    `round ${round}: plain loop ${thousands(plain)} events/s, import ${thousands(imported)} events/s`,
  );
}
rmSync(folder, { recursive: true });
ratios.sort((a, b) => a - b);
const median = ratios[Math.floor(ratios.length / 2)] ?? 0;
console.log(
  `import / plain loop: ${median.toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(' … ')})`,
);

/** Events per second of `work` on a fresh log. */
async function rate(work: (path: string) => Promise<void>): Promise<number> {
  const path = join(folder, `${work.name}.db`);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const start = performance.now();
  await work(path);
  return (events / (performance.now() - start)) * 1000;
}

async function plainLoop(path: string): Promise<void> {
  const db = openDatabase(path, { purpose: 'durable' });
  migrate(db, LOG_FORMAT);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, jsonb(?), NULL)');
  const versions = new Map<string, number>();
  let position = 0;
  db.exec('BEGIN IMMEDIATE');
  for await (const line of createInterface({ input: createReadStream(lines), crlfDelay: Infinity })) {
    const { id, stream, type, time, data } = JSON.parse(line) as OrderEvent;
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    position += 1;
    insert.run(position, id, stream, version, type, 1, time, JSON.stringify(data));
    if (position % BATCH === 0) db.exec('COMMIT; BEGIN IMMEDIATE');
  }
  db.exec('COMMIT');
  db.close();
}

async function importLines(path: string): Promise<void> {
  const log = EventLog.open(path, { catalogue: orderCatalogue });
  const { appended } = await log.importLines(openLines(lines));
  await log.close();
  if (appended !== events) throw new Error(`${appended} of ${events} events were imported`);
}

function thousands(perSecond: number): string {
  return `${Math.round(perSecond / 1000)} k`;
}
