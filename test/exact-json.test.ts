import { expect, test } from 'vitest';
import { parseExactly, writeExactly } from '../src/exact-json.ts';

test.each([
  '9007199254740993',
  '-9223372036854775808',
  '{"sum":[{"of":12345678901234567890}],"text":"9007199254740993"}',
])('%s is written as it was read', (text) => {
  expect(writeExactly(parseExactly(text))).toBe(text);
});

test('only an integer that a number would round is a bigint', () => {
  expect(
    parseExactly('[9007199254740993,9007199254740991,1.0e+20,0.1234567890123456789,"9007199254740993"]'),
  ).toEqual([9007199254740993n, 9007199254740991, 1e20, 0.12345678901234568, '9007199254740993']);
});

test('what is written can be laid out over lines', () => {
  expect(writeExactly({ sum: 2n ** 60n }, 2)).toBe('{\n  "sum": 1152921504606846976\n}');
});

test('what is no JSON is refused', () => {
  expect(() => parseExactly('12345678901234567x')).toThrow(SyntaxError);
});
