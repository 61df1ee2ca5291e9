/** One side of the rebuild benchmark, in a process of its own: `rebuild-side.ts <side> <log> <view> <events>`. */
import { rmSync } from 'node:fs';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { openDatabase, type SqliteDatabase } from '../src/database/open.ts';
import { NO_CODE } from '../src/engine/apply/program-code.ts';
import type { RunnerReport } from '../src/engine/apply/runner-report.ts';
import { Runner } from '../src/engine/apply/runner.ts';
import { compile } from '../src/projection/compile.ts';
import type { Program } from '../src/projection/program.ts';
import definition, { orders, stock } from './rebuild-definition.ts';

interface LogRow {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly time: string;
  readonly data: string;
}

interface Placed {
  readonly customerId: string;
  readonly total: number;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

const [side = '', logPath = '', viewPath = '', limit = ''] = process.argv.slice(2);
const events = Number(limit);
const program = compile(definition).compiled?.program as Program;
for (const suffix of ['', '-wal', '-shm']) rmSync(viewPath + suffix, { force: true });

const started = performance.now();
if (side === 'compiled') await compiled();
else if (side === 'drizzle') perEvent(1000, drizzleWriter);
else perEvent(Number(side), preparedWriter);
const seconds = (performance.now() - started) / 1000;
console.log(
  JSON.stringify({ seconds, events, megabytes: process.resourceUsage().maxRSS / 1024, rows: contents() }),
);

/** The engine's own build, on this thread: batches, checkpoint, seal and integrity check included. */
function compiled(): Promise<void> {
  return new Promise((resolve, reject) => {
    const tell = (report: RunnerReport): void => {
      if (report.kind === 'failed') reject(new Error(report.error.message));
      if (report.kind === 'built') setImmediate(() => void runner.stop().then(resolve));
    };
    const task = { path: viewPath, logPath, logId: logId(), program, isBuild: true, budget: 400 };
    const runner: Runner = new Runner(task, NO_CODE, tell);
    runner.advance(events);
  });
}

function logId(): string {
  const log = openDatabase(logPath, { purpose: 'read' });
  try {
    return log.prepare('SELECT id FROM log').pluck().get() as string;
  } finally {
    log.close();
  }
}

type Write = (row: LogRow) => void;

/** The loop that people write by hand: read a batch, apply each event, note the position, commit. */
function perEvent(batch: number, makeWriter: (db: SqliteDatabase) => Write): void {
  const log = openDatabase(logPath, { purpose: 'read' });
  const db = openDatabase(viewPath, { purpose: 'bulk' });
  for (const table of Object.values(program.tables)) db.exec(table);
  db.exec('CREATE TABLE checkpoint (position INTEGER NOT NULL) STRICT; INSERT INTO checkpoint VALUES (0)');
  const read = log.prepare(
    'SELECT position, stream, type, time, json(data) AS data FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?',
  );
  const mark = db.prepare('UPDATE checkpoint SET position = ?');
  const write = makeWriter(db);
  for (let position = 0; position < events;) {
    const rows = read.all(position, events, batch) as LogRow[];
    db.exec('BEGIN IMMEDIATE');
    for (const row of rows) write(row);
    position = (rows.at(-1) as LogRow).position;
    mark.run(position);
    db.exec('COMMIT');
  }
  db.close();
  log.close();
}

function preparedWriter(db: SqliteDatabase): Write {
  const place = db.prepare("INSERT INTO orders VALUES (?, ?, 'placed', ?, ?, NULL)");
  const reserve = db.prepare(
    'INSERT INTO stock VALUES (?, ?) ON CONFLICT (product_id) DO UPDATE SET reserved = reserved + excluded.reserved',
  );
  const pay = db.prepare("UPDATE orders SET status = 'paid' WHERE id = ?");
  const ship = db.prepare("UPDATE orders SET status = 'shipped', shipped_at = ? WHERE id = ?");
  const cancel = db.prepare('DELETE FROM orders WHERE id = ?');
  return ({ stream, type, time, data }) => {
    if (type === 'order.placed') {
      const { customerId, total, items } = JSON.parse(data) as Placed;
      place.run(stream, customerId, total, time);
      for (const { productId, quantity } of items) reserve.run(productId, quantity);
    } else if (type === 'order.paid') pay.run(stream);
    else if (type === 'order.shipped') ship.run(time, stream);
    else cancel.run(stream);
  };
}

function drizzleWriter(client: SqliteDatabase): Write {
  const db = drizzle(client);
  return ({ stream, type, time, data }) => {
    if (type === 'order.placed') {
      const { customerId, total, items } = JSON.parse(data) as Placed;
      db.insert(orders).values({ id: stream, customerId, status: 'placed', total, placedAt: time }).run();
      for (const { productId, quantity } of items) {
        const set = { reserved: sql`${stock.reserved} + excluded.reserved` };
        db.insert(stock)
          .values({ productId, reserved: quantity })
          .onConflictDoUpdate({ target: stock.productId, set })
          .run();
      }
    } else if (type === 'order.paid')
      db.update(orders).set({ status: 'paid' }).where(eq(orders.id, stream)).run();
    else if (type === 'order.shipped') {
      db.update(orders).set({ status: 'shipped', shippedAt: time }).where(eq(orders.id, stream)).run();
    } else db.delete(orders).where(eq(orders.id, stream)).run();
  };
}

/** Enough of the result to know that both sides did the same work. */
function contents(): unknown {
  const db = openDatabase(viewPath, { purpose: 'read' });
  const rows = db
    .prepare(
      'SELECT (SELECT count(*) FROM orders) AS orders, (SELECT sum(total) FROM orders) AS total, (SELECT sum(reserved) FROM stock) AS reserved',
    )
    .get();
  db.close();
  return rows;
}
