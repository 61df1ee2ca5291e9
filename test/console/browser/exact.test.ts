import { expect, test } from 'vitest';
import { parseExactly } from '../../../src/console/browser/exact.ts';

test.each(['123456789012345678', '-9007199254740993', '[9223372036854775807,{"a":1234567890123456789}]'])(
  '%s keeps its digits',
  (text) => {
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  },
);

test('what a number holds is a number, and text is text', () => {
  expect(parseExactly('[9007199254740991,0.1,"123456789012345678",1.2345678901234567,null]')).toEqual([
    9007199254740991,
    0.1,
    '123456789012345678',
    1.2345678901234567,
    null,
  ]);
});

test('what is no JSON is refused', () => {
  expect(() => parseExactly('12345678901234567x')).toThrow(SyntaxError);
});
