import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { USUAL_LIMITS } from '../../../src/query/limits.ts';
import { callOf, findQuery } from '../../../src/query/named-query.ts';
import { askReader, type QueryOptions } from '../../../src/query/query-view.ts';
import { type ScanLimits, Scans } from '../../../src/query/scans/scans.ts';
import { library as definition, TestLibrary } from '../library.ts';

const limits = { ...USUAL_LIMITS, aggregates: true };
let library: TestLibrary;
beforeAll(() => {
  library = new TestLibrary().fill().index('books_by_status', 'books (status)');
});
afterAll(() => library.close());

function isScan(url: string, options: QueryOptions = {}, rows: Partial<ScanLimits> = {}): boolean {
  const scans = new Scans({ rows: 0, readers: 1, queue: 1, timeout: 1, ...rows });
  const [view, search] = url.split('?') as [string, string | undefined];
  const asked = askReader(library.reader, view, new URLSearchParams(search), { limits, ...options });
  return scans.answerAtOnce(asked) === undefined;
}

// Of three books, none of them many: it is the plan that is judged.
const FEW = { rows: 3 };
const SHORT = { limits: { ...limits, maxRows: 3 } };

describe('what an index leads to is answered at once', () => {
  test.each([
    'books?id=eq.1',
    'books?id=in.(1,2)',
    'books?limit=2',
    'books?order=id.desc&limit=2',
    'books?status=eq.lost&limit=2',
    'books?status=eq.lost&pages=gt.1&limit=2',
    'books?status=eq.lost&order=title&limit=2',
    'books?id=gt.1&limit=2',
    'books?order=status&limit=2',
    'books?select=id,book_tags(tag),authors!author_id(name)&limit=2',
    'book_tags?book_id=eq.1',
  ])('%s', (url) => {
    expect(isScan(url, SHORT, FEW)).toBe(false);
  });
});

describe('what may read a whole view is not', () => {
  test.each([
    'books?pages=gt.1&limit=2',
    'books?title=eq.x',
    'books?order=title&limit=2',
    'books?title=like.*x*&limit=1',
    'books?or=(id.eq.1,pages.eq.3)',
    'books?title=fts.red&limit=1',
    'books?select=status,count()',
    'books?select=count()',
    'books?id=gt.0&order=title&limit=2',
    'books?id=gt.0&select=pages.sum()',
    'books?limit=2&offset=2',
    'books?title=match.re&limit=2',
    'authors?select=name,books!author_id(id)&limit=1',
    'authors?id=eq.1&select=name,books!author_id(id)&order=name',
    'books?select=id,book_tags!inner(tag)&limit=1',
    'books?data->n=gt.5&limit=1',
  ])('%s', (url) => {
    expect(isScan(url, SHORT, FEW)).toBe(true);
  });

  test('nor is a count', () => {
    expect(isScan('books?limit=1', { ...SHORT, count: 'exact' }, FEW)).toBe(true);
  });

  test('nor a named query of that kind', async () => {
    const call = await callOf(findQuery([definition], 'byAuthor'), new Map([['author', 1]]));
    const asked = call.ask(library.reader, new URLSearchParams(), {});
    const scans = new Scans({ ...FEW, readers: 1, queue: 1, timeout: 1 });
    expect(scans.answerAtOnce(asked)).toBeUndefined();
  });
});

test('a view is large from so many rows on, and as soon as it has them', () => {
  const url = 'books?pages=gt.1';
  expect(isScan(url, SHORT, { rows: 4 })).toBe(false);
  expect(isScan(url, SHORT, { rows: 3 })).toBe(true);
});

test('a count that is estimated reads no more than a page', () => {
  const analyzed = new TestLibrary().fill().analyze();
  const scans = new Scans({ ...FEW, readers: 1, queue: 1, timeout: 1 });
  const ask = (url: string, count: 'estimated' | 'planned') =>
    scans.answerAtOnce(askReader(analyzed.reader, 'books', new URLSearchParams(url), { ...SHORT, count }));
  expect(ask('limit=1', 'estimated')).toMatchObject({ total: 3 });
  expect(ask('limit=1', 'planned')).toMatchObject({ total: 3 });
  expect(ask('pages=gt.1&limit=1', 'estimated')).toBeUndefined();
  analyzed.close();
});
