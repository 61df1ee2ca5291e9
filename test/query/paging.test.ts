import fc from 'fast-check';
import { expect, test } from 'vitest';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { TestLibrary } from './library.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 60);
const seed = process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) };

const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

/** A few values of each type, so that many are alike. */
const book = fc.record({
  id: fc.integer({ min: 0, max: 2 ** 31 }),
  title: fc.constantFrom('a', 'b'),
  status: fc.constant('draft'),
  pages: sometimes(fc.constantFrom(1, 2 ** 53 + 2)),
  price: sometimes(fc.constantFrom(0.1 + 0.2, 1 / 3)),
  in_stock: sometimes(fc.constantFrom(0, 1)),
  printed_at: sometimes(fc.constantFrom(0, 1_700_000_000)),
  data: sometimes(
    fc.constantFrom(
      '{"n":null}',
      '{"n":1}',
      '{"n":1.5}',
      '{"n":"x"}',
      '{"n":true}',
      '{"n":[1]}',
      '{"n":{"a":"b"}}',
    ),
  ),
  copies: sometimes(fc.constantFrom('-1', '5', '12345678901234567890').map((digits) => Buffer.from(digits))),
  cover: sometimes(fc.constantFrom('', '00', '00ff', 'ff').map((bytes) => Buffer.from(bytes, 'hex'))),
});

const books = (size: fc.ArrayConstraints) => fc.uniqueArray(book, { ...size, selector: ({ id }) => id });

const order = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(
        'title',
        'pages',
        'price',
        'in_stock',
        'printed_at',
        'data->n',
        'data->>n',
        'copies',
        'cover',
      ),
      fc.constantFrom('', '.asc', '.desc'),
      fc.constantFrom('', '.nullsfirst', '.nullslast'),
    ),
    { minLength: 1, maxLength: 3, selector: ([column]) => column },
  )
  .map((terms) => terms.map((term) => term.join('')).join(','));

test('pages that follow their links neither repeat nor skip a row, whatever orders them, while rows are added', () => {
  fc.assert(
    fc.property(
      books({ minLength: 12, maxLength: 24 }),
      order,
      fc.integer({ min: 1, max: 5 }),
      (rows, by, limit) => {
        const library = new TestLibrary();
        try {
          const [first, added] = [rows.slice(0, -6), rows.slice(-6)];
          library.insert('books', ...first);
          const ask = (rest: string) =>
            queryReader(library.reader, 'books', new URLSearchParams(`select=id&order=${by}${rest}`), {
              limits: USUAL_LIMITS,
            });
          const seen: unknown[] = [];
          for (let after: string | undefined = ''; after !== undefined;) {
            const page = ask(`&limit=${limit}${after === '' ? '' : `&after=${after}`}`);
            seen.push(...page.rows.map(({ id }) => id));
            after = page.next;
            library.insert('books', ...added.splice(0, 1));
            if (seen.length > rows.length) break;
          }
          const inOrder = ask('').rows.map(({ id }) => id);
          expect(seen).toEqual(inOrder.filter((id) => seen.includes(id)));
          expect(seen).toEqual(expect.arrayContaining(first.map(({ id }) => id)));
        } finally {
          library.close();
        }
      },
    ),
    { numRuns, ...seed },
  );
});
