import { expect, test } from 'vitest';
import { Slots } from '../../../../src/console/browser/views/slots.ts';

const rows = (...keys: string[]) => keys.map((key) => ({ key, row: {} }));

test('a row keeps its place while it is shown; a new one takes that of one that has left', () => {
  const slots = new Slots();
  expect(slots.assign(rows('a', 'b', 'c'))).toEqual([0, 1, 2]);
  expect(slots.assign(rows('d', 'a', 'c'))).toEqual([1, 0, 2]);
  expect(slots.assign(rows('e', 'f', 'g', 'h')).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});

test('no two rows have one place', () => {
  const slots = new Slots();
  for (let at = 0; at < 50; at += 1) {
    const keys = Array.from({ length: 1 + ((at * 7) % 9) }, (_, index) => String((at * 3 + index * 5) % 23));
    const given = slots.assign(rows(...new Set(keys)));
    expect(new Set(given).size).toBe(given.length);
  }
});

test('where every row is another one, nothing moves', () => {
  const slots = new Slots();
  const before = slots.assign(rows('a', 'b', 'c', 'd'));
  expect(slots.assign(rows('e', 'f', 'g', 'h'))).toEqual(before);
  expect(slots.assign(rows('i', 'e', 'f', 'g'))).toEqual([before[3], before[0], before[1], before[2]]);
});
