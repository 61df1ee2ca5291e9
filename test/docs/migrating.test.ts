import { readFileSync } from 'node:fs';
import { given } from 'projectionist/testing';
import { expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';
import cartProjection, { carts, items } from './migrating/cart.ts';
import soldProjection, { sold } from './migrating/sold.ts';

const FILES = blocksOf('docs/migrating.md').filter(({ language, file }) => language === 'ts' && file);

test('the guide shows the files that are tested here', () => {
  expect(FILES.map(({ file }) => file)).toEqual(['sold.ts', 'cart-events.ts', 'cart.ts']);
  for (const { file, text } of FILES) expect(text).toBe(readFileSync(`test/docs/migrating/${file}`, 'utf8'));
});

test('what a loop read, changed and wrote is one upsert', () => {
  const placed = (quantity: number) =>
    ({
      type: 'order.placed',
      data: { customerId: 'ada', lines: [{ productId: 'cup', quantity, cents: 100 }] },
    }) as const;
  given(soldProjection, placed(2), placed(3)).then(sold, [{ productId: 'cup', pieces: 5 }]);
});

test('what was folded into a document is a row and a list of rows', () => {
  const stream = 'cart-1';
  given(
    cartProjection,
    { type: 'cart.opened', stream, data: { clientId: 'ada' } },
    { type: 'cart.item-added', stream, data: { productId: 'cup', quantity: 1 } },
    { type: 'cart.item-added', stream, data: { productId: 'cup', quantity: 2 } },
    { type: 'cart.item-added', stream, data: { productId: 'pot', quantity: 1 } },
    { type: 'cart.item-removed', stream, data: { productId: 'pot' } },
  )
    .when({ type: 'cart.confirmed', stream, time: '2026-01-02T00:00:00Z', data: {} })
    .then(carts, [
      { id: stream, clientId: 'ada', status: 'confirmed', confirmedAt: '2026-01-02T00:00:00.000Z' },
    ])
    .then(items, [{ cartId: stream, productId: 'cup', quantity: 3 }]);
});
