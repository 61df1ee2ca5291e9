import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/event-log/parse-json.ts';

describe('parseJson', () => {
  test.each([
    '{"a": 9007199254740991}',
    '[0.12345678901234567890]',
    '{"a":1e300}',
    '[9007199254740992]',
    '"1e400"',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['{"a":[1,9007199254740993]}', '9007199254740993'],
    ['{"a": -12345678901234567890}', '-12345678901234567890'],
    ['[1e400]', '1e400'],
    ['{"a":-1.5E+999}', '-1.5E+999'],
  ])('refuses %s, which JavaScript would change', (text, number) => {
    expect(() => parseJson(text)).toThrow(`the number ${number} does not fit in a double`);
  });

  test('refuses what is not JSON', () => {
    expect(() => parseJson('{"a":')).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', message: expect.stringContaining('not JSON: ') }),
    );
  });
});
