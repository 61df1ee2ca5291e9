import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonSets } from '../../src/query/json-sets.ts';
import type { SetOperator } from '../../src/query/view-query.ts';

const holds = (operator: SetOperator, stored: string, wanted: string, isSpelled = false) =>
  new JsonSets().holds(operator, stored, wanted, isSpelled);

// The answers of PostgreSQL 17 to `'…'::jsonb @> '…'`; the first of them stand in its manual.
test.each([
  ['[1, 2, 3]', '[1, 3]', true],
  ['[1, 2, 3]', '[3, 1]', true],
  ['[1, 2, 3]', '[1, 2, 2]', true],
  ['{"product": "PostgreSQL", "version": 9.4, "jsonb": true}', '{"version": 9.4}', true],
  ['[1, 2, [1, 3]]', '[1, 3]', false],
  ['[1, 2, [1, 3]]', '[[1, 3]]', true],
  ['{"foo": {"bar": "baz"}}', '{"bar": "baz"}', false],
  ['{"foo": {"bar": "baz"}}', '{"foo": {}}', true],
  ['[{"country": "1", "number": "917"}, {"country": "44"}]', '[{"country": "44"}]', true],
  ['{"a": {"b": [1, {"c": 2, "d": 3}]}}', '{"a": {"b": [{"d": 3}]}}', true],
  ['{"a": []}', '{"a": {}}', false],
  ['[true]', '[1]', false],
  ['[1]', '["1"]', false],
  ['[1.0]', '[1]', true],
  ['[null]', '[null]', true],
  ['{"a": null}', '{"b": null}', false],
  ['[9007199254740993]', '[9007199254740992]', false],
  ['[9007199254740993]', '[9007199254740993]', true],
  ['5', '[5]', false],
  ['["foo", "bar"]', '"bar"', true],
  ['["foo", "bar"]', '"baz"', false],
  ['["foo", ["bar"]]', '"bar"', false],
  ['{"a": ["foo"]}', '{"a": "foo"}', false],
  ['{"bar": 1}', '"bar"', false],
  ['[1, null]', 'null', true],
  ['"bar"', '"bar"', true],
])('%s contains %s: %s', (whole, part, expected) => {
  expect(holds('contains', whole, part)).toBe(expected);
  expect(holds('contained', part, whole)).toBe(expected);
});

test.each<[SetOperator, string, string[], boolean]>([
  ['contains', '["a", "b"]', ['a'], true],
  ['contains', '["a"]', ['a', 'b'], false],
  ['contains', '[1, 2.5, true]', ['2.5', '1', 'true'], true],
  ['contains', '[9007199254740993]', ['9007199254740993'], true],
  ['contains', '[0]', [''], false],
  ['contains', '{"a": 1}', ['a'], false],
  ['contained', '[1, 2]', ['1', '2', '3'], true],
  ['contained', '[1, 4]', ['1', '2', '3'], false],
  ['contained', '[]', ['1'], true],
  ['contained', '"a"', ['a', 'b'], true],
  ['contained', '3', ['1', '2'], false],
  ['overlaps', '[1, 2]', ['2', '3'], true],
  ['overlaps', '["a"]', ['b'], false],
])('%s, %s and the spelled items %j: %s', (operator, stored, items, expected) => {
  expect(holds(operator, stored, JSON.stringify(items), true)).toBe(expected);
});

test.each([
  ['[1, {"a": 2}]', '[{"a": 2}]', true],
  ['[{"a": 2, "b": 3}]', '[{"a": 2}]', false],
  ['{"a": 1, "b": 2}', '{"b": 2, "c": 3}', true],
  ['{"a": 1}', '{"a": 2}', false],
  ['[]', '[]', false],
])('%s overlaps %s: %s', (own, other, expected) => {
  expect(holds('overlaps', own, other)).toBe(expected);
});

test('{} is the empty array where there are arrays', () => {
  expect(holds('contains', '[1]', '{}')).toBe(true);
  expect(holds('contains', '{"a": 1}', '{}')).toBe(true);
  expect(holds('contained', '[]', '{}')).toBe(true);
  expect(holds('contained', '[1]', '{}')).toBe(false);
});

test('what holds an array holds each part of it, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.func(fc.boolean()), (items, isKept) => {
      const part = items.filter((item) => isKept(item)).toReversed();
      expect(holds('contains', JSON.stringify(items), JSON.stringify(part))).toBe(true);
    }),
  );
});
