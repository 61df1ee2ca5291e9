import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import type { ViewAnswer } from '../../src/query/view-answer.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { TestLibrary } from './library.ts';
import { type Book, books, type Filter, filter, order } from './predicate.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);
const seed = process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) };

let library: TestLibrary;
beforeAll(() => {
  library = new TestLibrary();
});
afterAll(() => library.close());

function put(rows: readonly Book[]): void {
  library.empty().insert(
    'books',
    ...rows.map((row) => ({
      ...row,
      in_stock: row.in_stock === null ? null : Number(row.in_stock),
      data: row.data === null ? null : JSON.stringify(row.data),
    })),
  );
}

function ask(
  filters: readonly Filter[],
  others: Readonly<Record<string, string>>,
  maxRows = 1000,
): ViewAnswer {
  const parameters = new URLSearchParams({ select: 'id,title,status,pages,price,in_stock,data', ...others });
  for (const { parameter } of filters) parameters.append(...(parameter as [string, string]));
  return queryReader(library.reader, 'books', parameters, {
    limits: { ...USUAL_LIMITS, maxRows },
    count: 'exact',
  });
}

function chosen(rows: readonly Book[], filters: readonly Filter[]): Book[] {
  return rows.filter((row) => filters.every((each) => each.holds(row) === true));
}

test('a query gives the rows that the same predicate gives in JavaScript, in order, cut and counted', () => {
  fc.assert(
    fc.property(
      books,
      fc.array(filter, { maxLength: 3 }),
      order,
      fc.nat(6),
      fc.nat(8),
      (rows, filters, sorted, offset, limit) => {
        put(rows);
        const expected = chosen(rows, filters).toSorted(sorted.compare);
        const answer = ask(filters, { order: sorted.text, offset: String(offset), limit: String(limit) });
        expect(answer.rows).toEqual(expected.slice(offset, offset + limit));
        expect(answer.total).toBe(expected.length);
      },
    ),
    { numRuns, ...seed },
  );
});

test('pages that follow cursors are the whole result', () => {
  fc.assert(
    fc.property(
      books,
      fc.array(filter, { maxLength: 2 }),
      order,
      fc.integer({ min: 1, max: 4 }),
      (rows, filters, sorted, limit) => {
        put(rows);
        const whole = chosen(rows, filters).toSorted(sorted.compare);
        const seen: unknown[] = [];
        let after: string | undefined;
        do {
          const page = ask(filters, {
            order: sorted.text,
            limit: String(limit),
            ...(after !== undefined && { after }),
          });
          seen.push(...page.rows);
          expect(page.next !== undefined).toBe(seen.length < whole.length);
          after = page.next;
        } while (after !== undefined);
        expect(seen).toEqual(whole);
      },
    ),
    { numRuns, ...seed },
  );
});

test('a page is no longer than the configuration allows, and goes on where it ended while rows are added', () => {
  put(
    Array.from({ length: 5 }, (_, index) => ({
      id: index + 1,
      title: 't',
      status: 'draft',
      pages: null,
      price: null,
      in_stock: null,
      data: null,
    })),
  );
  const first = ask([], {}, 2);
  expect(first.rows).toHaveLength(2);
  library.insert(
    'books',
    { id: 0, title: 'before', status: 'draft' },
    { id: 9, title: 'after', status: 'draft' },
  );
  const ids = ask([], { after: first.next as string }, 10).rows.map(({ id }) => id);
  expect(ids).toEqual([3, 4, 5, 9]);
});
