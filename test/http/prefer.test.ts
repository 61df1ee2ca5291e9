import { expect, test } from 'vitest';
import { parsePrefer } from '../../src/http/prefer.ts';

test.each<[string | undefined, Record<string, string>]>([
  [undefined, {}],
  ['', {}],
  ['min-position=12, wait=5', { 'min-position': '12', wait: '5' }],
  ['respond-async', { 'respond-async': '' }],
  ['Count = Exact', { count: 'Exact' }],
  ['note="a, b; \\"c\\"", wait=1', { note: 'a, b; "c"', wait: '1' }],
  ['wait=1, wait=2', { wait: '1' }],
  ['foo; some-parameter="x, y=1", bar', { foo: '', bar: '' }],
  ['foo=1; a=2; b, bar=3', { foo: '1', bar: '3' }],
  [',, ,wait=3,', { wait: '3' }],
  ['empty=""', { empty: '' }],
  ['timezone=America/Los_Angeles, wait=3', { timezone: 'America/Los_Angeles', wait: '3' }],
  ['as-of=2025-02-01T12:00:00.250Z; wait=3', { 'as-of': '2025-02-01T12:00:00.250Z' }],
  ['@bad, wait=3', { wait: '3' }],
  ['open="never closed, wait=3', { open: '', wait: '3' }],
])('%s', (header, expected) => {
  expect(Object.fromEntries(parsePrefer(header))).toEqual(expected);
});
