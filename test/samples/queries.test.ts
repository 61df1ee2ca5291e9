import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { createProjectionist, type Projection, type Projectionist } from 'projectionist';
import { afterAll, beforeAll, expect, test } from 'vitest';
import ordersProjection from '../../projections/orders.ts';
import productsProjection from '../../projections/products.ts';
import revenueProjection from '../../projections/revenue.ts';
import { openDatabase } from '../../src/database/open.ts';
import { type LoggedEvent, ordersOf, productsOf, revenueOf } from './oracle.ts';

const file = readFileSync(new URL('../../data/shop.events.ndjson', import.meta.url), 'utf8');
const events = file
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as LoggedEvent);

let folder: string;
let shop: Projectionist;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectionist-queries-'));
  const projections = [ordersProjection, productsProjection, revenueProjection];
  shop = await createProjectionist({ data: folder, projections });
  await shop.importLines(Readable.from(file));
  shop.start();
  await shop.ready();
});

afterAll(async () => {
  await shop.close();
  rmSync(folder, { recursive: true });
});

/** The rows of a named query, on the first generation of its projection. */
function answer({ name, queries }: Projection, query: string, parameters: object): unknown[] {
  const db = openDatabase(join(folder, 'views', `${name}-1.db`), { purpose: 'read' });
  try {
    return queries[query]!.build(parameters as never, drizzle(db)).all();
  } finally {
    db.close();
  }
}

test('biggestCustomers are those who spent most on orders that they paid, less what they got back', () => {
  const paid = Map.groupBy(
    ordersOf(events).filter(({ paid_at }) => paid_at !== null),
    (order) => order.customer_id,
  );
  const customers = [...paid].map(([customerId, orders]) => ({
    customerId,
    orders: orders.length,
    spentCents: orders.reduce((sum, order) => sum + order.total_cents - order.refunded_cents, 0),
  }));
  expect(answer(ordersProjection, 'biggestCustomers', { limit: 5 })).toEqual(
    customers.toSorted((a, b) => b.spentCents - a.spentCents).slice(0, 5),
  );
});

test('bestSellers are the products that brought in most', () => {
  const products = productsOf(events).map(({ id, name, units_sold, revenue_cents }) => ({
    id,
    name,
    unitsSold: units_sold,
    revenueCents: revenue_cents,
  }));
  expect(answer(productsProjection, 'bestSellers', { limit: 7 })).toEqual(
    products.toSorted((a, b) => b.revenueCents - a.revenueCents).slice(0, 7),
  );
});

test('monthlyRevenue has a row for each month of the year that was asked for', () => {
  const months = Map.groupBy(revenueOf(events), ({ day }) => day.slice(0, 7));
  const expected = [...months].map(([month, days]) => ({
    month,
    orders: days.reduce((sum, day) => sum + day.orders, 0),
    netCents: days.reduce((sum, day) => sum + day.net_cents, 0),
  }));
  expect(expected).toHaveLength(12);
  expect(answer(revenueProjection, 'monthlyRevenue', { year: '2025' })).toEqual(expected);
  expect(answer(revenueProjection, 'monthlyRevenue', { year: '2024' })).toEqual([]);
});
