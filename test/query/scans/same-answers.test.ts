import { rmSync } from 'node:fs';
import fc from 'fast-check';
import type { Hono } from 'hono';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { USUAL_LIMITS } from '../../../src/query/limits.ts';
import { askReader, type QueryOptions } from '../../../src/query/query-view.ts';
import { Scans } from '../../../src/query/scans/scans.ts';
import { library as definition, TestLibrary } from '../library.ts';
import { callOf, findQuery } from '../../../src/query/named-query.ts';
import { libraryApp } from '../library-app.ts';
import { type RandomRequest, request } from '../requests.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300);
const seed = process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) };

let library: TestLibrary;
let scans: Scans;
const never = new Scans({ rows: Number.MAX_SAFE_INTEGER, readers: 1, queue: 1, timeout: 1 });

beforeAll(() => {
  library = new TestLibrary().fill();
  scans = new Scans({ rows: 0, readers: 2, queue: 64, timeout: 60_000 });
});
afterAll(async () => {
  await scans.close();
  await never.close();
  library.close();
});

async function seen(app: Hono, { url, method, headers, body }: RandomRequest): Promise<unknown> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined) as [string, string][];
  const response = await app.request(`/views${url}`, {
    method,
    headers: given,
    ...(method === 'POST' && body !== undefined && { body }),
  });
  const kept = [...response.headers].filter(([name]) => name !== 'x-request-id');
  return { status: response.status, headers: kept, body: await response.text() };
}

test('a request has one answer, wherever it is run', async () => {
  const options = { maxRows: 3, aggregates: true };
  const here = libraryApp(library, options);
  const apart = libraryApp(library, options, undefined, scans);
  await fc.assert(
    fc.asyncProperty(request, async (one) => {
      expect(await seen(apart, one)).toEqual(await seen(here, one));
    }),
    { numRuns, ...seed },
  );
}, 120_000);

test.each([
  'books?select=id,title,a:authors!author_id(name)&order=pages.desc&limit=2',
  'books?copies=gte.1234567890123456789',
  String.raw`books?cover=eq.\x00ff&select=cover,copies`,
  'books?title=ilike.*É*&pages=is.null',
  'authors?select=name,books!author_id(id,tags(name))&order=name.desc',
  'tags?select=name,books!inner(id)',
])('bound values and row policies hold in %s', async (url) => {
  const [view, search] = url.split('?') as [string, string];
  const policy = (name: string) => (name === 'authors' ? sql`"authors"."name" <> ${'Ben'}` : undefined);
  for (const options of [{ count: 'exact' }, { count: 'exact', policy }] satisfies QueryOptions[]) {
    const ask = () => askReader(library.reader, view, new URLSearchParams(search), options);
    const apart = scans.answer(ask);
    expect(apart).toBeInstanceOf(Promise);
    expect(await apart).toEqual(never.answer(ask));
  }
});

test('the claims of a policy are bound in a named query', async () => {
  const call = await callOf(findQuery([definition], 'byAuthor'), new Map([['author', 1]]));
  const policy = () => sql`"books"."pages" >= ${200n} and "books"."title" <> ${"it's"}`;
  const ask = () => call.ask(library.reader, new URLSearchParams('select=id'), { policy });
  expect((await scans.answer(ask)).rows).toEqual([{ id: 2 }]);
});

test('a page that is cut goes on, by cursors, where it ended', async () => {
  const ids: unknown[] = [];
  let after: string | undefined;
  do {
    const parameters = new URLSearchParams({
      order: 'title',
      limit: '1',
      ...(after !== undefined && { after }),
    });
    const page = await scans.answer(() => askReader(library.reader, 'books', parameters));
    ids.push(...page.rows.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  expect(ids).toEqual([2, 1, 3]);
});

test('what SQLite refuses is refused alike', async () => {
  const largest = 2n ** 63n - 1n;
  library.insert(
    'books',
    { id: 8, title: 'long', status: 'lost', pages: largest },
    { id: 9, title: 'longer', status: 'lost', pages: largest },
  );
  const ask = () =>
    askReader(library.reader, 'books', new URLSearchParams({ select: 'pages.sum()' }), {
      limits: { ...USUAL_LIMITS, aggregates: true },
    });
  await expect(scans.answer(ask)).rejects.toMatchObject({ code: 'VALUE_OUT_OF_RANGE' });
});

test('a scan whose generation is deleted before it begins is run on the one that took its place', async () => {
  const old = new TestLibrary().fill();
  rmSync(old.reader.generation.path);
  const readers = [old.reader, library.reader];
  const ask = () =>
    askReader(readers.shift() ?? old.reader, 'tags', new URLSearchParams({ order: 'name' }), {
      count: 'exact',
    });
  await expect(scans.answer(ask)).resolves.toMatchObject({ total: 2 });
  readers.push(old.reader, old.reader);
  await expect(scans.answer(ask)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
  old.close();
});
