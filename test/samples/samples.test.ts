import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { createProjectionist, type Projectionist } from 'projectionist';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { orderLines, orders } from '../../projections/orders.ts';
import { products, reservations } from '../../projections/products.ts';
import { revenue } from '../../projections/revenue.ts';
import { type LoggedEvent, orderLinesOf, ordersOf, productsOf, reservationsOf, revenueOf } from './oracle.ts';

const projections = fileURLToPath(new URL('../../projections', import.meta.url));
const file = readFileSync(new URL('../../data/shop.events.ndjson', import.meta.url), 'utf8');
const lines = file.trimEnd().split('\n');
const events = lines.map((line) => JSON.parse(line) as LoggedEvent);

/** Each view of the samples, and what it should come to. */
const views: readonly (readonly [
  name: string,
  view: SQLiteTable,
  oracle: (events: readonly LoggedEvent[]) => object[],
])[] = [
  ['orders', orders, ordersOf],
  ['order_lines', orderLines, orderLinesOf],
  ['products', products, productsOf],
  ['reservations', reservations, reservationsOf],
  ['revenue', revenue, revenueOf],
];

let folder: string;
let shop: Projectionist;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectionist-samples-'));
  shop = await createProjectionist({ data: folder, projections });
});

afterEach(async () => {
  await shop.close();
  rmSync(folder, { recursive: true });
});

async function importEvents(from: number, to: number): Promise<void> {
  await shop.importLines(Readable.from(lines.slice(from, to).map((line) => `${line}\n`)));
}

/** A view's rows under the names of SQL, as the oracle has them. Both are in the order of the primary key. */
function rowsOf(view: SQLiteTable): object[] {
  const columns = Object.entries(getTableColumns(view));
  return shop
    .view(view)
    .all()
    .map((row) => Object.fromEntries(columns.map(([key, { name }]) => [name, row[key]])));
}

describe('the sample projections', () => {
  test('come to what the oracle computes, when they are built from the whole log', async () => {
    await importEvents(0, lines.length);
    shop.start();
    await shop.ready();
    for (const [name, view, oracle] of views)
      expect({ [name]: rowsOf(view) }).toEqual({ [name]: oracle(events) });
  });

  test('come to it at each stage of a log that grows under them', async () => {
    shop.start();
    let position = 0;
    for (const next of [0, 1, 250, 251, 3000, 9999, lines.length]) {
      if (next > position) await importEvents(position, next);
      await shop.ready();
      const soFar = events.slice(0, next);
      for (const [name, view, oracle] of views) {
        expect({ next, [name]: rowsOf(view) }).toEqual({ next, [name]: oracle(soFar) });
      }
      position = next;
    }
  });

  test('are rebuilt to the same rows', async () => {
    await importEvents(0, 5000);
    shop.start();
    await shop.ready();
    const before = views.map(([, view]) => rowsOf(view));
    for (const { name } of shop.status()) expect(await shop.rebuild(name)).toBe(2);
    expect(views.map(([, view]) => rowsOf(view))).toEqual(before);
  });

  test('are all that the folder holds: events.ts declares no projection', () => {
    expect(
      shop
        .status()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['orders', 'products', 'revenue']);
  });
});
