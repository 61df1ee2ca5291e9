import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProjectionist, type Projectionist } from 'projectionist';
import { given } from 'projectionist/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import assortmentProjection, { assortment } from './patterns/assortment.ts';
import counters, { totals } from './patterns/counters.ts';
import dailySales, { days } from './patterns/daily-sales.ts';
import orderListProjection, { orderList } from './patterns/order-list.ts';
import ordersProjection, { orders } from './patterns/orders.ts';
import productSales, { products as sales } from './patterns/product-sales.ts';
import productSearch, { found } from './patterns/product-search.ts';
import productTags, { tags } from './patterns/product-tags.ts';

const FILES = blocksOf('docs/patterns.md').filter(({ file }) => file !== undefined);

test('the guide shows every pattern', () => {
  expect(FILES.map(({ file }) => file)).toEqual([
    'shop-events.ts',
    'orders.ts',
    'product-sales.ts',
    'daily-sales.ts',
    'counters.ts',
    'order-list.ts',
    'product-tags.ts',
    'product-search.ts',
    'assortment.ts',
  ]);
});

test.each(FILES)('the guide shows $file as it is tested here', ({ file, text }) => {
  expect(text).toBe(readFileSync(`test/docs/patterns/${file}`, 'utf8'));
});

const espresso = { productId: 'product-1', quantity: 2, cents: 300 };
const placed = {
  type: 'order.placed',
  stream: 'order-1',
  time: '2026-03-01T23:59:00Z',
  data: { customerId: 'customer-1', lines: [espresso] },
} as const;
const next = { ...placed, stream: 'order-2', time: '2026-03-02T00:01:00Z' } as const;
const shipped = { type: 'order.shipped', stream: 'order-1', data: { carrier: 'post' } } as const;
const registered = { type: 'customer.registered', stream: 'customer-1', data: { name: 'Ada' } } as const;
const product = 'product-1';
const listed = {
  type: 'product.listed',
  stream: product,
  data: { name: 'Espresso', text: 'A dark roast', tags: ['coffee', 'dark'] },
} as const;
const withdrawn = {
  type: 'product.withdrawn',
  stream: product,
  time: '2026-04-01T00:00:00Z',
  data: {},
} as const;

test('one row for each stream', () => {
  given(ordersProjection, placed)
    .when(shipped)
    .then(orders, [{ id: 'order-1', customerId: 'customer-1', status: 'shipped' }]);
  given(ordersProjection).when(shipped).thenFails('changed no row');
});

test('sums by another key', () => {
  given(productSales, placed, next).then(sales, [{ productId: product, sold: 4, cents: 1200 }]);
});

test('sums by day', () => {
  given(dailySales, placed, next).then(days, [
    { day: '2026-03-01', productId: product, sold: 2 },
    { day: '2026-03-02', productId: product, sold: 2 },
  ]);
});

test('counters go up and down', () => {
  given(counters, placed, next)
    .when(shipped)
    .then(totals, [{ name: 'shop', orders: 2, open: 1 }]);
});

test('a joined row has the name of today, whichever event came first', () => {
  const renamed = { ...registered, type: 'customer.renamed', data: { name: 'Ada L.' } } as const;
  const row = { id: 'order-1', customerId: 'customer-1' };
  given(orderListProjection, placed)
    .then(orderList, [{ ...row, customerName: null }])
    .when(registered)
    .then(orderList, [{ ...row, customerName: 'Ada' }]);
  given(orderListProjection, registered, placed)
    .when(renamed)
    .then(orderList, [{ ...row, customerName: 'Ada L.' }]);
});

test('many tags for many products', () => {
  given(productTags, listed)
    .when([
      { type: 'product.tagged', stream: product, data: { tag: 'new' } },
      { type: 'product.untagged', stream: product, data: { tag: 'dark' } },
    ])
    .then(tags, [
      { productId: product, tag: 'coffee' },
      { productId: product, tag: 'new' },
    ]);
});

test('what is found by its words is there until it is withdrawn', () => {
  given(productSearch, listed)
    .then(found, [{ id: product, name: 'Espresso', text: 'A dark roast' }])
    .when(withdrawn)
    .then(found, []);
});

test('what is withdrawn is kept, with the time', () => {
  given(assortmentProjection, listed)
    .when(withdrawn)
    .then(assortment, [{ id: product, name: 'Espresso', withdrawnAt: '2026-04-01T00:00:00.000Z' }]);
  given(assortmentProjection).when(withdrawn).thenFails('changed no row');
});

describe('the queries of the guide', () => {
  const QUERIES = [...readFileSync('docs/patterns.md', 'utf8').matchAll(/`(\/views\/[^`]+)`/g)].map(
    ([, query = '']) => query.replaceAll(String.raw`\|`, '|'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-patterns-'));
  let shop: Projectionist;
  beforeAll(async () => {
    shop = await createProjectionist({
      data: folder,
      projections: [
        ordersProjection,
        productSales,
        dailySales,
        counters,
        orderListProjection,
        productTags,
        productSearch,
        assortmentProjection,
      ],
    });
    await shop.log.appendAll([registered, listed, placed, next]);
    shop.start();
    await shop.ready();
  });
  afterAll(async () => {
    await shop.close();
    rmSync(folder, { recursive: true });
  });

  test('there are some for every pattern', () => expect(QUERIES.length).toBeGreaterThan(12));

  // Nothing is withdrawn here, and no page of no rows has rows.
  test.each(QUERIES)('%s finds rows', async (query) => {
    const answer = await shop.app.request(query);
    expect(answer.status).toBe(200);
    const isEmpty = /limit=0|not\.is\.null/.test(query);
    expect(((await answer.json()) as object[]).length > 0).toBe(!isEmpty);
  });
});
