import { expect, test } from 'vitest';
import { didYouMean } from '../src/nearest.ts';

const names = ['orders', 'order_items', 'products'];

test.each([
  ['order', 'Did you mean orders? '],
  ['ORDERS', 'Did you mean orders? '],
  ['prodcuts', 'Did you mean products? '],
  ['customers', ''],
  ['', ''],
])('%j', (name, hint) => {
  expect(didYouMean(name, names)).toBe(hint);
});

test('a name of any length is answered at once, and no list gives no guess', () => {
  expect(didYouMean('x'.repeat(1e6), names)).toBe('');
  expect(didYouMean('orders', [])).toBe('');
});
