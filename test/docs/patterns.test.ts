import { readFileSync } from 'node:fs';
import { given } from 'projectionist/testing';
import { describe, expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import catalogue, { products as listed, tags } from './patterns/catalogue.ts';
import orderListProjection, { orderList } from './patterns/order-list.ts';
import ordersProjection, { orders } from './patterns/orders.ts';
import sales, { days, products, totals } from './patterns/sales.ts';

const FILES = blocksOf('docs/patterns.md').filter(({ file }) => file !== undefined);

test('the guide shows every pattern', () => {
  expect(FILES.map(({ file }) => file)).toEqual([
    'shop-events.ts',
    'orders.ts',
    'sales.ts',
    'order-list.ts',
    'catalogue.ts',
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

test('one row for each stream', () => {
  const shipped = { type: 'order.shipped', stream: 'order-1', data: { carrier: 'post' } } as const;
  given(ordersProjection, placed)
    .when(shipped)
    .then(orders, [{ id: 'order-1', customerId: 'customer-1', status: 'shipped' }]);
  given(ordersProjection).when(shipped).thenFails('changed no row');
});

describe('sums', () => {
  const sold = given(sales, placed, next);

  test('by another key, and of all', () => {
    sold
      .then(products, [{ productId: 'product-1', sold: 4, cents: 1200 }])
      .then(totals, [{ name: 'shop', orders: 2 }]);
  });

  test('by day', () => {
    sold.then(days, [
      { day: '2026-03-01', productId: 'product-1', sold: 2 },
      { day: '2026-03-02', productId: 'product-1', sold: 2 },
    ]);
  });
});

test('a joined row has the name of today, whichever event came first', () => {
  const registered = { type: 'customer.registered', stream: 'customer-1', data: { name: 'Ada' } } as const;
  const renamed = { type: 'customer.renamed', stream: 'customer-1', data: { name: 'Ada L.' } } as const;
  const row = { id: 'order-1', customerId: 'customer-1' };
  given(orderListProjection, placed)
    .then(orderList, [{ ...row, customerName: null }])
    .when(registered)
    .then(orderList, [{ ...row, customerName: 'Ada' }]);
  given(orderListProjection, registered, placed)
    .when(renamed)
    .then(orderList, [{ ...row, customerName: 'Ada L.' }]);
});

describe('a catalogue', () => {
  const stream = 'product-1';
  const product = { id: stream, name: 'Espresso', text: 'Dark', withdrawnAt: null };
  const listing = given(catalogue, {
    type: 'product.listed',
    stream,
    data: { name: 'Espresso', text: 'Dark', tags: ['coffee', 'dark'] },
  });

  test('has many tags for many products', () => {
    listing
      .when([
        { type: 'product.tagged', stream, data: { tag: 'new' } },
        { type: 'product.untagged', stream, data: { tag: 'dark' } },
      ])
      .then(tags, [
        { productId: stream, tag: 'coffee' },
        { productId: stream, tag: 'new' },
      ]);
  });

  test('keeps what is withdrawn, with the time', () => {
    listing
      .when({ type: 'product.withdrawn', stream, time: '2026-04-01T00:00:00Z', data: {} })
      .then(listed, [{ ...product, withdrawnAt: '2026-04-01T00:00:00.000Z' }]);
  });
});
