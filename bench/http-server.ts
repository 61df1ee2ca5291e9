// One side of bench/http.ts: `ours` is a Projectionist, `bare` what one would write by hand for the same rows.
import { createAdaptorServer } from '@hono/node-server';
import Database from 'better-sqlite3';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { createProjectionist, defineEvents, projection } from 'projectionist';
import { z } from 'zod';
import { serve } from '../src/http/serve.ts';

const [kind, data = '', orderCount, customerCount] = process.argv.slice(2);
const COLUMNS = [
  'id',
  'customer_id',
  'status',
  'item_count',
  'total_cents',
  'carrier',
  'placed_at',
  'shipped_at',
] as const;

const orders = sqliteTable(
  'orders',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    status: text({ enum: ['placed', 'shipped'] }).notNull(),
    itemCount: integer('item_count').notNull(),
    totalCents: integer('total_cents').notNull(),
    carrier: text(),
    placedAt: text('placed_at').notNull(),
    shippedAt: text('shipped_at'),
  },
  (table) => [index('orders_by_customer').on(table.customerId, table.totalCents)],
);

const order = z.object({ customer: z.string(), items: z.int(), total: z.int() });
const events = defineEvents({ 'order.placed': { schema: order } });

function* placed(): Generator<{ stream: string; type: string; data: z.infer<typeof order> }> {
  for (let number = 0; number < Number(orderCount); number += 1) {
    const customer = `customer-${number % Number(customerCount)}`;
    yield {
      stream: `order-${number}`,
      type: 'order.placed',
      data: { customer, items: (number % 5) + 1, total: (number * 7919) % 100_000 },
    };
  }
}

process.once('SIGINT', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(await (kind === 'ours' ? serveProjectionist() : serveBare()));

async function serveProjectionist(): Promise<string> {
  const definition = projection({
    name: 'orders',
    events,
    views: { orders },
    on: {
      'order.placed': (e, db) =>
        db.insert(orders).values({
          id: e.stream,
          customerId: e.data.customer,
          status: 'placed',
          itemCount: e.data.items,
          totalCents: e.data.total,
          placedAt: '2026-01-01T00:00:00.000Z',
        }),
    },
  });
  const projectionist = await createProjectionist({ data, projections: [definition] });
  const all = [...placed()];
  for (let at = 0; at < all.length; at += 1000)
    await projectionist.log.appendAll(all.slice(at, at + 1000), new Map());
  projectionist.start();
  await projectionist.ready();
  return (await serve(projectionist.app, { host: '127.0.0.1', port: 0 })).url;
}

function serveBare(): Promise<string> {
  const db = new Database(`${data}.db`);
  db.pragma('journal_mode = WAL');
  db.exec(
    `CREATE TABLE orders (id TEXT NOT NULL, customer_id TEXT NOT NULL, status TEXT NOT NULL, item_count INTEGER NOT NULL, total_cents INTEGER NOT NULL, carrier TEXT, placed_at TEXT NOT NULL, shipped_at TEXT, PRIMARY KEY (id)) STRICT, WITHOUT ROWID;
     CREATE INDEX orders_by_customer ON orders (customer_id, total_cents)`,
  );
  const insert = db.prepare(
    "INSERT INTO orders VALUES (?, ?, 'placed', ?, ?, NULL, '2026-01-01T00:00:00.000Z', NULL)",
  );
  db.transaction(() => {
    for (const {
      stream,
      data: { customer, items, total },
    } of placed())
      insert.run(stream, customer, items, total);
  })();
  const one = db.prepare(`SELECT ${COLUMNS.join(', ')} FROM orders WHERE id = ?`);
  const page = db.prepare(
    `SELECT ${COLUMNS.join(', ')} FROM orders WHERE customer_id = ? ORDER BY total_cents DESC, id DESC LIMIT ?`,
  );
  const app = new Hono();
  app.get('/views/orders', (c) => {
    const id = c.req.query('id');
    if (id !== undefined) return c.json(one.all(id.slice(3)));
    return c.json(page.all(c.req.query('customer_id')?.slice(3), Number(c.req.query('limit'))));
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}
