import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bigintKey, digitsOfKey } from '../../src/query/bigint-order.ts';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { TestLibrary } from './library.ts';

const whole = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n });

test('keys have the order of the numbers, and give them back', () => {
  fc.assert(
    fc.property(whole, whole, (one, other) => {
      const [a, b] = [bigintKey(String(one)), bigintKey(String(other))];
      expect([a < b, a === b]).toEqual([one < other, one === other]);
      expect(digitsOfKey(a)).toBe(String(one));
    }),
  );
});

describe('numbers of more than 64 bits', () => {
  const COPIES = ['-30000000000000000000', '-5', '7', '20000000000000000000', '20000000000000000001'];
  let library: TestLibrary;
  beforeEach(() => {
    library = new TestLibrary().insert(
      'books',
      ...[3, 0, 4, 2, 1].map((at) => ({
        id: 9 - at,
        title: 't',
        status: 'draft',
        copies: Buffer.from(COPIES[at] as string),
      })),
    );
  });
  afterEach(() => library.close());

  const ask = (query: string) =>
    queryReader(library.reader, 'books', new URLSearchParams(query), {
      limits: { ...USUAL_LIMITS, aggregates: true },
    });

  test('are in order, page by page', () => {
    const seen: unknown[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = ask(`select=copies&order=copies&limit=2${after === '' ? '' : `&after=${after}`}`);
      seen.push(...page.rows.map(({ copies }) => copies));
      after = page.next;
    }
    expect(seen).toEqual(COPIES);
  });

  test.each([
    ['copies.max(),least:copies.min()', [{ max: COPIES[4], least: COPIES[0] }]],
    ['copies.max()::text', [{ max: COPIES[4] }]],
    ['copies::numeric.max()', [{ max: 2e19 }]],
  ])('%s', (select, expected) => {
    expect(ask(`select=${select}`).rows).toEqual(expected);
  });

  test('are cast to what they are, or to nothing', () => {
    expect(ask('select=i:copies::int,n:copies::numeric&order=copies').rows).toEqual([
      { i: null, n: -3e19 },
      { i: -5, n: -5 },
      { i: 7, n: 7 },
      { i: null, n: 2e19 },
      { i: null, n: 2e19 },
    ]);
  });
});
