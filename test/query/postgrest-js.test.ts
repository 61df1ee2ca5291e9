import { PostgrestClient } from '@supabase/postgrest-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, serve } from '../../src/http/serve.ts';
import { libraryApp } from './library-app.ts';
import { TestLibrary } from './library.ts';

let library: TestLibrary;
let server: RunningServer;
// oxlint-disable-next-line typescript/no-explicit-any -- what the client itself defaults to, without a generated schema
let client: PostgrestClient<any, any, any>;

beforeAll(async () => {
  library = new TestLibrary().fill();
  server = await serve(libraryApp(library, { aggregates: true, maxRows: 100 }, console.error), {
    host: '127.0.0.1',
    port: 0,
  });
  client = new PostgrestClient(`${server.url}/views`);
});
afterAll(async () => {
  await server.close();
  library.close();
});

const books = (columns = 'id') => client.from('books').select(columns).order('id');

interface Idea {
  readonly id: number;
}

describe('postgrest-js filters', () => {
  test.each<[string, () => PromiseLike<{ data: unknown; error: unknown }>, number[]]>([
    ['eq', () => books().eq('title', 'A blue, "quoted" day'), [2]],
    ['neq', () => books().neq('id', 1), [2, 3]],
    ['gt', () => books().gt('price', 9.5), [3]],
    ['gte', () => books().gte('price', 9.5), [1, 3]],
    ['lt', () => books().lt('pages', 200), [1]],
    ['lte', () => books().lte('id', 2), [1, 2]],
    ['like', () => books().like('title', '%red%'), [1, 3]],
    ['likeAllOf', () => books().likeAllOf('title', ['%red%', '%house']), [1]],
    ['likeAnyOf', () => books().likeAnyOf('title', ['The%', 'A%']), [1, 2]],
    ['ilike', () => books().ilike('title', '%ÉCLAIR%'), [3]],
    ['ilikeAllOf', () => books().ilikeAllOf('title', ['%RED%', 'é%']), [3]],
    ['ilikeAnyOf', () => books().ilikeAnyOf('title', ['the%', 'a%']), [1, 2]],
    ['match by a regular expression', () => books().regexMatch('title', '^The|day$'), [1, 2]],
    ['imatch', () => books().regexIMatch('title', '^é'), [3]],
    ['is null', () => books().is('in_stock', null), [3]],
    ['is true', () => books().is('in_stock', true), [1]],
    ['in', () => books().in('title', ['Éclair & red', 'The red house']), [1, 3]],
    ['in, of numbers', () => books().in('id', [1, 3]), [1, 3]],
    ['contains', () => books().contains('data->tags', ['a']), [1]],
    ['containedBy', () => books().containedBy('data->tags', ['a', 'b', 'c']), [1, 2]],
    ['overlaps', () => books().overlaps('data->tags', ['b', 'z']), [1]],
    ['contains, of an object', () => books().contains('data', { city: 'Rome' }), [1]],
    ['textSearch', () => books().textSearch('title', 'red & !house'), [3]],
    ['textSearch, plain', () => books().textSearch('title', 'house red', { type: 'plain' }), [1]],
    ['textSearch, phrase', () => books().textSearch('title', 'red house', { type: 'phrase' }), [1]],
    [
      'textSearch, websearch',
      () => books().textSearch('title', 'red -house', { type: 'websearch', config: 'english' }),
      [3],
    ],
    ['isDistinct, of its own', () => books().isDistinct('pages', 100), [2, 3]],
    ['notIn', () => books().notIn('id', [1, 2]), [3]],
    ['match', () => books().match({ status: 'printed', id: 1 }), [1]],
    ['not', () => books().not('status', 'in', '(draft,lost)'), [1]],
    ['or', () => books().or('id.eq.1,and(status.eq.lost,price.gt.1)'), [1, 3]],
    ['filter', () => books().filter('data->>city', 'eq', 'Oslo'), [2]],
    ['isDistinct', () => books().filter('price', 'isdistinct', '20'), [1, 2]],
    [
      'order and limit',
      () =>
        client.from('books').select('id').order('price', { ascending: false, nullsFirst: false }).limit(2),
      [3, 1],
    ],
    ['range', () => books().range(1, 2), [2, 3]],
  ])('%s', async (_, ask, expected) => {
    const { data, error } = await ask();
    expect(error).toBeNull();
    expect((data as Idea[]).map(({ id }) => id)).toEqual(expected);
  });
});

describe('postgrest-js results', () => {
  test('single', async () => {
    const { data } = await client.from('books').select('id, title').eq('id', 1).single();
    expect(data).toEqual({ id: 1, title: 'The red house' });
  });

  test('single, of several', async () => {
    const { error, status } = await client.from('books').select().single();
    expect(status).toBe(406);
    expect(error).toMatchObject({ code: 'PGRST116', details: 'The result contains 3 rows' });
  });

  test('maybeSingle', async () => {
    expect((await client.from('books').select('id').eq('id', 1).maybeSingle()).data).toEqual({ id: 1 });
    const none = await client.from('books').select('id').eq('id', 99).maybeSingle();
    expect([none.data, none.error]).toEqual([null, null]);
  });

  test('csv', async () => {
    const { data } = await client
      .from('books')
      .select('id,title,price,copies,data')
      .lt('id', 3)
      .order('id')
      .csv();
    expect(data).toBe(
      'id,title,price,copies,data\n1,The red house,9.5,12345678901234567890,"{""city"":""Rome"",""n"":5,""tags"":[""a"",""b""],""ok"":true,""deep"":{""x"":[10,20]}}"\n2,"A blue, ""quoted"" day",,,"{""city"":""Oslo"",""n"":7.5,""tags"":[],""ok"":false}"',
    );
  });

  test('nulls left out', async () => {
    const sparse = client.from('books').select('id, title, pages, price, copies').eq('id', 3).stripNulls();
    expect((await sparse).data).toEqual([expect.not.objectContaining({ pages: null })]);
    const { data } = await client.from('blurbs').select('*, books(id, pages)').stripNulls().single();
    expect(data).toEqual({ book_id: 1, text: 'Read it', books: { id: 1, pages: 100 } });
  });

  test.each(['exact', 'planned', 'estimated'] as const)('count %s', async (count) => {
    const { data, count: total, status } = await client.from('books').select('id', { count }).limit(2);
    expect([data?.length, total, status]).toEqual([2, 3, 206]);
  });

  test('count without rows', async () => {
    const { count, data, status } = await client
      .from('books')
      .select('*', { count: 'exact', head: true })
      .gt('id', 1);
    expect([count, data, status]).toEqual([2, null, 200]);
  });

  test('a range beyond the end', async () => {
    const { error, status } = await client.from('books').select('id', { count: 'exact' }).range(10, 20);
    expect(status).toBe(416);
    expect(error).toMatchObject({
      code: 'PGRST103',
      details: 'An offset of 10 was requested, but there are only 3 rows.',
    });
  });

  test('aggregates', async () => {
    const { data } = await client.from('books').select('author_id, pages.sum()').order('author_id');
    expect(data).toEqual([
      { author_id: 1, sum: 350 },
      { author_id: 2, sum: null },
    ]);
  });
});

describe('postgrest-js embedding', () => {
  test('to one, to many, and filters on them', async () => {
    const { data } = await client
      .from('books')
      .select('id, author:authors!author_id(name), book_tags!inner(tag)')
      .eq('book_tags.tag', 'new')
      .order('id');
    expect(data).toEqual([
      { id: 1, author: { name: 'Ann' }, book_tags: [{ tag: 'new' }] },
      { id: 3, author: { name: 'Ben' }, book_tags: [{ tag: 'new' }] },
    ]);
  });

  test('order, limit and or of the embedded', async () => {
    const { data } = await client
      .from('books')
      .select('id, book_tags(tag)')
      .order('weight', { referencedTable: 'book_tags', ascending: false })
      .limit(1, { referencedTable: 'book_tags' })
      .or('weight.gt.0,weight.is.null', { referencedTable: 'book_tags' })
      .eq('id', 1);
    expect(data).toEqual([{ id: 1, book_tags: [{ tag: 'old' }] }]);
  });

  test('spread, and order by what is embedded', async () => {
    const { data } = await client
      .from('books')
      .select('id, ...authors!author_id(author:name)')
      .order('authors(name)', { ascending: false })
      .order('id');
    expect(data).toEqual([
      { id: 3, author: 'Ben' },
      { id: 1, author: 'Ann' },
      { id: 2, author: 'Ann' },
    ]);
  });
});

test('postgrest-js counts what is embedded', async () => {
  const { data } = await client.from('books').select('id, book_tags(count)').eq('id', 1);
  expect(data).toEqual([{ id: 1, book_tags: [{ count: 2 }] }]);
});

describe('postgrest-js rpc', () => {
  test('posts its parameters', async () => {
    const { data, error } = await client.rpc('byAuthor', { author: 1 });
    expect(error).toBeNull();
    expect(data).toEqual([
      { id: 2, name: 'A blue, "quoted" day', inStock: false, cost: 0 },
      { id: 1, name: 'The red house', inStock: true, cost: 9.5 },
    ]);
  });

  test('gets, filters, selects, orders and counts', async () => {
    const { data, count } = await client
      .rpc('byAuthor', { author: 1 }, { get: true, count: 'exact' })
      .select('name')
      .gt('cost', 1)
      .order('id')
      .limit(1);
    expect([data, count]).toEqual([[{ name: 'The red house' }], 1]);
  });

  const FORM = 'application/x-www-form-urlencoded';
  const post = (type: string, body: string) =>
    fetch(`${server.url}/views/rpc/byAuthor?select=id`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body,
    });

  test.each([
    [FORM, 'author=1&least=2', 200, [{ id: 1 }]],
    [`${FORM}; charset=UTF-8`, 'author=+1', 200, [{ id: 2 }, { id: 1 }]],
    [FORM, '{"author": 1}', 200, [{ id: 2 }, { id: 1 }]],
    [FORM, 'author=1&author=2', 400, { code: '22P02' }],
    [
      FORM,
      'author=1&other=2',
      404,
      { code: 'PGRST202', message: 'The query byAuthor has no parameter "other"' },
    ],
    [FORM, '', 404, { code: 'PGRST202', message: 'The query byAuthor needs a parameter author' }],
    ['application/json', 'author=1', 400, { code: 'BODY_INVALID' }],
    ['application/json', '{"author": 12345678901234567890}', 400, { code: '22P02' }],
    ['application/json; charset=utf-16', '{"author": 1}', 415, { code: 'MEDIA_TYPE_UNSUPPORTED' }],
  ])('takes %s: %s with %i', async (type, body, status, expected) => {
    const response = await post(type, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(expected);
  });

  test('names the columns of a join by their tables', async () => {
    const { data } = await client
      .rpc('allWithAuthors')
      .select('books_title, authors_name')
      .eq('books_id', 3)
      .single();
    expect(data).toEqual({ books_title: 'Éclair & red', authors_name: 'Ben' });
  });

  test.each([
    ['nope', {}, 404, 'PGRST202', /Queries: byAuthor/],
    ['byAuthr', {}, 404, 'PGRST202', /Did you mean byAuthor/],
    ['byAuthor', {}, 404, 'PGRST202', /Parameters: author, least/],
    ['byAuthor', { author: 1, other: 2 }, 404, 'PGRST202', /Parameters: author, least/],
    ['byAuthor', { author: 'x' }, 400, '22P02', /Parameters: author, least/],
  ])('%s %o', async (name, parameters, status, code, hint) => {
    const answer = await client.rpc(name, parameters);
    expect([answer.status, answer.error?.code]).toEqual([status, code]);
    expect(answer.error?.hint).toMatch(hint);
  });
});

describe('postgrest-js errors', () => {
  test.each<[string, () => PromiseLike<{ status: number; error: unknown }>, number, string]>([
    ['an unknown view', () => client.from('bookz').select(), 404, 'PGRST205'],
    ['an unknown column', () => client.from('books').select('nope'), 400, '42703'],
    [
      'a filter that cannot be read',
      () => client.from('books').select().filter('id', 'nope', 1),
      400,
      'PGRST100',
    ],
    ['a value of the wrong type', () => client.from('books').select().eq('id', 'x'), 400, '22P02'],
    ['an unknown relation', () => client.from('books').select('nope(*)'), 400, 'PGRST200'],
    ['an ambiguous relation', () => client.from('books').select('authors(*)'), 300, 'PGRST201'],
    [
      'a filter on what is not embedded',
      () => client.from('books').select().eq('book_tags.tag', 'x'),
      400,
      'PGRST108',
    ],
    ['an insert', () => client.from('books').insert({ id: 9 }), 405, 'PGRST117'],
    ['an update', () => client.from('books').update({ id: 9 }).eq('id', 1), 405, 'PGRST117'],
    ['a delete', () => client.from('books').delete().eq('id', 1), 405, 'PGRST117'],
  ])('%s', async (_, ask, status, code) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(answer.error).toMatchObject({
      code,
      message: expect.any(String) as string,
      hint: expect.any(String) as string,
    });
  });
});

test.each([
  ['handling=strict, timezone=UTC', 200, 'handling=strict, timezone=UTC'],
  ['handling=strict, max-affected=3', 200, 'handling=strict'],
  ['timezone=America/Los_Angeles', 200, null],
  ['handling=strict, timezone=America/Los_Angeles', 400, null],
])('Prefer: %s is %i', async (prefer, status, applied) => {
  const response = await fetch(`${server.url}/views/books?select=id`, { headers: { Prefer: prefer } });
  expect([response.status, response.headers.get('Preference-Applied')]).toEqual([status, applied]);
});

test.each([
  ['?select=id', {}],
  ['?select=id', { Range: '0-1', Prefer: 'count=exact' }],
  ['?select=id', { Range: '5-9', Prefer: 'count=exact' }],
  ['?select=id', { Range: '2-1' }],
  ['?select=id', { 'If-None-Match': '*' }],
  ['?select=id', { Accept: 'application/vnd.pgrst.object+json' }],
  ['?nope=eq.1', { Accept: 'text/csv' }],
])('HEAD of books%s with %o says what GET does', async (search, headers) => {
  const [got, head] = await Promise.all(
    ['GET', 'HEAD'].map((method) => fetch(`${server.url}/views/books${search}`, { method, headers })),
  );
  const said = ({ status, headers: all }: Response) => {
    // What belongs to the connection, to the moment, or to the body alone.
    const ownNames = /^(connection|keep-alive|date|x-request-id|content-length)$/;
    return { status, headers: [...all].filter(([name]) => !ownNames.test(name)) };
  };
  expect(said(head as Response)).toEqual(said(got as Response));
  expect(await head?.text()).toBe('');
});

test('a page beyond the end says how many rows there are', async () => {
  const response = await fetch(`${server.url}/views/books?offset=9`, { headers: { Prefer: 'count=exact' } });
  expect([response.status, response.headers.get('Content-Range')]).toEqual([416, '*/3']);
});

test('a zone that cannot be kept is named whole where the handling is strict', async () => {
  const response = await fetch(`${server.url}/views/books`, {
    headers: { Prefer: 'handling=strict, timezone=America/Los_Angeles' },
  });
  expect(await response.json()).toMatchObject({
    code: 'PGRST122',
    details: 'Invalid preferences: timezone=America/Los_Angeles',
  });
});
