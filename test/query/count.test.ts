import { lte } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowPolicy } from '../../src/projection/row-policy.ts';
import type { CountKind } from '../../src/query/count.ts';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { libraryApp } from './library-app.ts';
import { books, TestLibrary } from './library.ts';

/** 400 books when the statistics were gathered, and 40 since; each of them with one tag of four. */
let library: TestLibrary;

beforeAll(() => {
  library = new TestLibrary().insert('authors', { id: 1, name: 'Ann' });
  for (const name of ['a', 'b', 'c', 'd']) library.insert('tags', { name });
  addBooks(1, 400);
  library.analyze();
  addBooks(401, 440);
});
afterAll(() => library.close());

function addBooks(from: number, to: number): void {
  for (let id = from; id <= to; id += 1) {
    library.insert('books', { id, title: `Book ${id}`, status: 'draft', author_id: 1, pages: id % 10 });
    library.insert('book_tags', { book_id: id, tag: 'abcd'[id % 4] });
  }
}

function total(count: CountKind, query: string, view = 'books', policy?: RowPolicy): number | undefined {
  return queryReader(library.reader, view, new URLSearchParams(query), {
    count,
    policy,
    limits: { ...USUAL_LIMITS, maxRows: 100, aggregates: true },
  }).total;
}

describe('a planned count', () => {
  test.each<[string, string, number]>([
    ['is what the statistics say', 'limit=5', 400],
    ['takes a filter without statistics for a quarter', 'pages=eq.3&limit=5', 100],
    ['halves nothing twice: or adds', 'or=(pages.eq.3,pages.gt.5)&limit=5', 200],
    ['turns round a negated filter', 'pages=not.eq.3&limit=5', 300],
    ['is exact where the page shows the end', 'id=lte.7', 7],
    ['is exact where the page shows the end, further on', 'offset=430', 440],
    ['is exact where there is none', 'id=gt.1000', 0],
    ['is no less than the page shows', 'offset=420&limit=5', 426],
    ['is exact for one row by its key', 'id=eq.7', 1],
    ['is exact for groups', 'select=pages,count()&limit=3', 10],
    ['is exact where rows need related ones', 'select=id,authors!author_id!inner()&limit=3', 440],
  ])('%s', (_, query, expected) => {
    expect(total('planned', query)).toBe(expected);
  });

  test('goes by the rows that a value of an indexed column has', () => {
    expect(total('planned', 'book_id=lt.1000&tag=eq.a&limit=3', 'book_tags')).toBe(25);
    expect(total('planned', 'book_id=in.(1,2,3)&limit=1', 'book_tags')).toBe(3);
  });

  test('is exact without statistics', () => {
    expect(total('planned', 'limit=1', 'blurbs')).toBe(0);
  });

  test('tells nothing of rows behind a policy', () => {
    const policy: RowPolicy = (view) => (view === 'books' ? lte(books.id, 150) : undefined);
    for (const kind of ['planned', 'estimated'] as const) {
      expect(total(kind, 'limit=1', 'books', policy)).toBe(150);
      expect(total(kind, 'select=book_id,books()&limit=1', 'book_tags', policy)).toBe(440);
    }
  });
});

describe('an estimated count', () => {
  test.each<[string, string, number]>([
    ['is exact up to the most rows of an answer', 'id=lte.99&limit=5', 99],
    ['is exact at the most rows of an answer', 'id=lte.100&limit=5', 100],
    ['is planned beyond', 'limit=5', 400],
    ['is no less than what it counted', 'pages=lt.9&pages=lt.8&limit=5', 101],
  ])('%s', (_, query, expected) => {
    expect(total('estimated', query)).toBe(expected);
  });
});

describe('over HTTP', () => {
  const ask = (query: string, count: string, init: RequestInit = {}) =>
    libraryApp(library, { maxRows: 100 }).request(`/views/books?${query}`, {
      ...init,
      headers: { Prefer: `count=${count}` },
    });

  test.each([
    ['planned', 'limit=5', 206, '0-4/400'],
    ['estimated', 'limit=5', 206, '0-4/400'],
    ['exact', 'limit=5', 206, '0-4/440'],
    ['planned', 'id=lte.5', 200, '0-4/5'],
    ['planned', 'limit=0', 206, '*/400'],
    ['planned', 'offset=435&limit=3', 206, '435-437/439'],
    ['planned', 'offset=500', 416, '*/400'],
  ])('count=%s of %s', async (count, query, status, range) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(query, count, { method });
      expect([answer.status, answer.headers.get('Content-Range')]).toEqual([status, range]);
    }
  });

  test('follows cursors with an estimate of the whole', async () => {
    const first = await ask('limit=300', 'planned');
    const next = /<([^>]+)>/.exec(first.headers.get('Link') ?? '')?.[1] as string;
    const second = await libraryApp(library, { maxRows: 100 }).request(next, {
      headers: { Prefer: 'count=planned' },
    });
    expect(second.headers.get('Content-Range')).toBe('0-99/400');
  });
});
