import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProjectionistError } from '../../src/errors.ts';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { TestLibrary } from './library.ts';

let library: TestLibrary;
beforeAll(() => {
  library = new TestLibrary().fill();
});
afterAll(() => library.close());

function rows(query: string, view = 'books') {
  return queryReader(library.reader, view, new URLSearchParams(query), {
    limits: { ...USUAL_LIMITS, aggregates: true },
  }).rows;
}

function ids(query: string): unknown[] {
  return rows(`select=id&order=id&${query}`).map(({ id }) => id);
}

function problem(query: string): ProjectionistError {
  try {
    rows(query);
  } catch (error) {
    return error as ProjectionistError;
  }
  throw new Error(`${query} was answered`);
}

describe('a filter chooses rows', () => {
  test.each<[string, number[]]>([
    ['id=eq.1', [1]],
    ['id=neq.1', [2, 3]],
    ['id=not.eq.1', [2, 3]],
    ['id=gt.1&id=lte.2', [2]],
    ['price=gte.9.5', [1, 3]],
    ['price=lt.1e1', [1]],
    ['pages=isdistinct.100', [2, 3]],
    ['status=in.(draft,lost)', [2, 3]],
    [String.raw`title=in.("A blue, \"quoted\" day",none)`, [2]],
    ['id=in.()', []],
    ['in_stock=is.true', [1]],
    ['in_stock=is.false', [2]],
    ['in_stock=is.unknown', [3]],
    ['in_stock=not.is.null', [1, 2]],
    ['in_stock=is.not_null', [1, 2]],
    ['in_stock=eq.true', [1]],
    ['title=like.*red*', [1, 3]],
    ['title=like.*RED*', []],
    ['title=ilike.*RED*', [1, 3]],
    ['title=ilike.é_lair*', [3]],
    ['title=like.The%25house', [1]],
    ['title=like(any).{The*,A*}', [1, 2]],
    ['title=like(all).{*red*,*house}', [1]],
    ['title=match.^The r', [1]],
    ['title=match.RED', []],
    ['title=imatch.RED', [1, 3]],
    ['title=imatch.^É', [3]],
    ['title=not.match.red', [2]],
    [String.raw`title=match.\bred\b.*e$`, [1]],
    ['title=match(any).{^The,"blue|green"}', [1, 2]],
    ['title=imatch(all).{red,house$}', [1]],
    ['title=not.match(any).{^The,blue}', [3]],
    [String.raw`or=(title.match."^(The|A) \\w%2B",id.eq.9)`, [1, 2]],
    ['and=(title.not.imatch.RED,id.gt.0)', [2]],
    ['data->>city=match.^R', [1]],
    ['data->city=imatch.^r', [1]],
    ['id=eq(any).{1,3}', [1, 3]],
    ['id=in.(1, 3)', [1, 3]],
    ['title=like(any).{ The*, "A*" }', [1, 2]],
    ['data->tags=cs.{a, b}', [1]],
    ['data->tags=cs.{a," b"}', []],
    ['title=not.like(any).{The*,A*}', [3]],
    ['printed_at=gt.2021-01-01', [1]],
    ['printed_at=eq.2023-11-14T22:13:20Z', [1]],
    ['printed_at=eq.2023-11-14T23:13:20%2B01:00', [1]],
    ['printed_at=eq.2023-11-14 22:13:20', [1]],
    ['seen_at=lt.2000-01-01T00:00:00Z', [3]],
    ['copies=eq.12345678901234567890', [1]],
    ['copies=gt.4', [1, 3]],
    ['copies=gt.9223372036854775807', [1]],
    ['copies=gte.12345678901234567890', [1]],
    ['copies=gt.12345678901234567890', []],
    ['copies=lt.12345678901234567890', [3]],
    ['copies=gt.-99999999999999999999', [1, 3]],
    [String.raw`cover=eq.\x00ff`, [1]],
    ['data->>city=eq.Rome', [1]],
    ['data->city=in.(Rome,"Oslo")', [1, 2]],
    ['data->n=gt.5', [2]],
    ['data->ok=eq.true', [1]],
    ['data->ok=is.false', [2]],
    ['data->deep->x->-1=eq.20', [1]],
    ['data->none=is.null', [1, 2, 3]],
    ['data=eq.{"city":"Oslo","n":7.5,"tags":[],"ok":false}', [2]],
    ['data->tags=cs.{a}', [1]],
    ['data->tags=cs."a"', [1]],
    ['data->city=cs."Rome"', [1]],
    ['data->tags=eq.[]', [2]],
    ['data->tags=eq.["a", "b"]', [1]],
    ['data->tags=neq.[]', [1]],
    ['data->tags=isdistinct.[]', [1, 3]],
    ['data->tags=in.([],"[\\"a\\",\\"b\\"]")', [1, 2]],
    ['data->deep=eq.{"x": [10.0, 20]}', [1]],
    ['data=eq.{"city":"Oslo","ok":false,"tags":[],"n":7.50}', [2]],
    ['data=neq.{"city":"Oslo","ok":false,"tags":[],"n":7.50}', [1]],
    ['data->tags=cs.["a","c"]', []],
    ['data->tags=cd.{a,b,c}', [1, 2]],
    ['data->tags=ov.{b,z}', [1]],
    ['data->deep=cs.{"x":[20]}', [1]],
    ['data->deep->x=cs.{20,10}', [1]],
    ['data->>deep=like.*[10,20]*', [1]],
    ['or=(id.eq.1,and(pages.gt.200,status.eq.draft))', [1, 2]],
    ['not.or=(id.eq.1,id.eq.3)', [2]],
    ['and=(id.gt.1,not.or(id.eq.2,title.eq."x,y"))', [3]],
    ['or=(status.in.(lost,"draft"),title.eq."The red house")', [1, 2, 3]],
    ['or=(title.like.*blue*,data->>city.eq.Rome)', [1, 2]],
    ['title=fts.red', [1, 3]],
    ['title=fts.red%26!house', [3]],
    ['title=fts.(house|day)%26!quoted', [1]],
    ['title=fts.ho:*', [1]],
    ['title=fts(english).red<->house', [1]],
    ['title=plfts.house red', [1]],
    ['title=phfts.house red', []],
    ['title=wfts."red house" or day', [1, 2]],
    ['title=wfts.red -house', [3]],
    ['title=not.fts.red', [2]],
  ])('%s', (query, expected) => {
    expect(ids(query)).toEqual(expected);
  });
});

describe('select shapes rows', () => {
  test.each<[string, object[]]>([
    ['select=name:title&id=eq.1', [{ name: 'The red house' }]],
    ['select=pages::text,price::int,in_stock::text&id=eq.1', [{ pages: '100', price: 10, in_stock: 'true' }]],
    ['select=title::int&id=eq.1', [{ title: null }]],
    ['select=deep:data->>deep&id=eq.1', [{ deep: '{"x":[10,20]}' }]],
    [
      'select=day:printed_at::date,at:printed_at::timestamp,utc:printed_at::timestamptz,title::date,pages::date&id=eq.1',
      [
        {
          day: '2023-11-14',
          at: '2023-11-14T22:13:20.000',
          utc: '2023-11-14T22:13:20.000Z',
          title: null,
          pages: null,
        },
      ],
    ],
    ['select=data->city,data->>n,x:data->deep->x&id=eq.1', [{ city: 'Rome', n: '5', x: [10, 20] }]],
    [
      'select=copies,cover,printed_at,seen_at&id=eq.1',
      [
        {
          copies: '12345678901234567890',
          cover: String.raw`\x00ff`,
          printed_at: '2023-11-14T22:13:20.000Z',
          seen_at: '2023-11-14T22:13:20.123Z',
        },
      ],
    ],
    [
      'select=copies,cover,printed_at,data&id=eq.2',
      [{ copies: null, cover: null, printed_at: null, data: { city: 'Oslo', n: 7.5, tags: [], ok: false } }],
    ],
    ['select=id&order=price.desc.nullslast&limit=2', [{ id: 3 }, { id: 1 }]],
    ['select=id&order=price&offset=2', [{ id: 2 }]],
    ['select=id&order=price.desc&limit=1', [{ id: 2 }]],
    ['select=id&order=data->n.desc.nullslast&limit=1', [{ id: 2 }]],
    ['select=count()', [{ count: 3 }]],
    ['select=count', [{ count: 3 }]],
    ['select=n:count::text', [{ n: '3' }]],
    ['select=id,book_tags(count)&id=eq.1', [{ id: 1, book_tags: [{ count: 2 }] }]],
    [
      'select=in_stock,n:count(),pages.sum()&order=in_stock',
      [
        { in_stock: false, n: 1, sum: 250 },
        { in_stock: true, n: 1, sum: 100 },
        { in_stock: null, n: 1, sum: null },
      ],
    ],
    [
      'select=price.avg(),printed_at.max(),data->n::int.sum()',
      [{ avg: 14.75, max: '2023-11-14T22:13:20.000Z', sum: 13 }],
    ],
  ])('%s', (query, expected) => {
    expect(rows(query)).toEqual(expected);
  });
});

describe('a relation embeds rows', () => {
  test.each<[string, object[]]>([
    ['select=a:authors!author_id(name),e:authors!editor_id(name)&id=eq.2', [{ a: { name: 'Ann' }, e: null }]],
    ['select=author_id(name)&id=eq.3', [{ author_id: { name: 'Ben' } }]],
    [
      'select=id,tags(name)&id=lt.3&tags.order=name.desc',
      [
        { id: 1, tags: [{ name: 'old' }, { name: 'new' }] },
        { id: 2, tags: [] },
      ],
    ],
    [
      'select=id,book_tags(tag)&book_tags.order=weight.desc&book_tags.limit=1&id=eq.1',
      [{ id: 1, book_tags: [{ tag: 'old' }] }],
    ],
    ['select=id,book_tags!inner(tag)&book_tags.weight=gt.2', [{ id: 1, book_tags: [{ tag: 'old' }] }]],
    [
      'select=id,w:book_tags(tag)&w.or=(weight.is.null,tag.eq.old)&id=in.(1,3)',
      [
        { id: 1, w: [{ tag: 'old' }] },
        { id: 3, w: [{ tag: 'new' }] },
      ],
    ],
    ['select=id,blurbs(text)&blurbs=not.is.null', [{ id: 1, blurbs: { text: 'Read it' } }]],
    ['select=id,blurbs()&blurbs=is.null', [{ id: 2 }, { id: 3 }]],
    ['select=id,blurbs(),book_tags()&or=(blurbs.not.is.null,book_tags.is.null)', [{ id: 1 }, { id: 2 }]],
    [
      'select=id,...blurbs(words:text)&id=lt.3',
      [
        { id: 1, words: 'Read it' },
        { id: 2, words: null },
      ],
    ],
    ['select=id,...book_tags(tag,weight)&id=eq.1', [{ id: 1, tag: ['new', 'old'], weight: [1, 3] }]],
    ['select=id,a:authors!author_id()&order=a(name).desc,id.desc', [{ id: 3 }, { id: 2 }, { id: 1 }]],
    [
      'select=...authors!author_id(name),pages.sum()',
      [
        { name: 'Ann', sum: 350 },
        { name: 'Ben', sum: null },
      ],
    ],
    ['select=id,book_tags(count())&id=eq.1', [{ id: 1, book_tags: [{ count: 2 }] }]],
  ])('%s', (query, expected) => {
    expect(rows(query)).toEqual(expected);
  });

  test('several levels deep', () => {
    expect(
      rows('select=name,books!author_id(id,book_tags(tags(name)))&id=eq.1&books.id=eq.1', 'authors'),
    ).toEqual([
      { name: 'Ann', books: [{ id: 1, book_tags: [{ tags: { name: 'new' } }, { tags: { name: 'old' } }] }] },
    ]);
  });
});

describe('what cannot be answered says what would have been right', () => {
  test.each<[string, string, RegExp]>([
    ['titel=eq.1', 'COLUMN_UNKNOWN', /Did you mean title\?.*Columns: id, title/],
    ['or=(not.id.eq.1)', 'COLUMN_UNKNOWN', /after its column, as in id\.not\.eq\.1/],
    ['select=nope', 'COLUMN_UNKNOWN', /Columns:/],
    ['order=nope', 'COLUMN_UNKNOWN', /Columns:/],
    ['id=1', 'QUERY_INVALID', /column=operator\.value/],
    ['id=foo.1', 'QUERY_INVALID', /Operators: eq, neq/],
    ['id=eq.x', 'VALUE_INVALID', /whole number/],
    ['id=eq.', 'VALUE_INVALID', /whole number/],
    ['id=eq.99999999999999999999', 'VALUE_OUT_OF_RANGE', /64 bits/],
    ['in_stock=eq.maybe', 'VALUE_INVALID', /true or false/],
    ['in_stock=is.maybe', 'QUERY_INVALID', /null, not_null, true, false/],
    ['id=is.true', 'VALUE_INVALID', /booleans/],
    ['printed_at=gt.yesterday', 'VALUE_INVALID', /ISO 8601/],
    ['printed_at=gt.2023-11-14T23:13:20+01:00', 'VALUE_INVALID', /%2B/],
    ['status=eq.drft', 'VALUE_INVALID', /draft, printed, lost/],
    ['pages=like.1*', 'QUERY_INVALID', /eq, gt/],
    ['title=match.(', 'PATTERN_INVALID', /RE2/],
    ['title=match.(?=x)', 'PATTERN_INVALID', /lookaround/],
    [String.raw`title=imatch.(a)\1`, 'PATTERN_INVALID', /backreferences/],
    ['or=(id.eq.1,title.not.match.[)', 'PATTERN_INVALID', /RE2/],
    ['pages=match.1', 'QUERY_INVALID', /eq, gt/],
    [`title=match.${'x'.repeat(201)}`, 'QUERY_TOO_LARGE', /shorter/],
    [`title=match.${'x{1000}'.repeat(20)}`, 'QUERY_TOO_LARGE', /repetitions/],
    ['title=match.x&'.repeat(9), 'QUERY_TOO_LARGE', /\|/],
    ['pages=fts.x', 'QUERY_INVALID', /Columns with one: title/],
    ['title=sl.x', 'QUERY_INVALID', /gt, gte/],
    ['title=like.x\\', 'VALUE_INVALID', /backslash/],
    ['title->a=eq.1', 'QUERY_INVALID', /arrow/],
    ['id=in.1,2', 'QUERY_INVALID', /\(a,b/],
    ['order=id.up', 'QUERY_INVALID', /nullslast/],
    ['order=data', 'QUERY_INVALID', /column->member/],
    ['limit=-1', 'RANGE_UNSATISFIABLE', /from 0/],
    ['limit=one', 'QUERY_INVALID', /whole number/],
    ['select=id,tags()&tags=eq.1', 'EMBED_FILTER_INVALID', /is\.null or not\.is\.null/],
    ['or=(id.eq.1', 'QUERY_INVALID', /Write \(column/],
    ['select=authors(name)', 'RELATION_AMBIGUOUS', /authors!author_id, authors!editor_id/],
    ['select=author(name)', 'RELATION_UNKNOWN', /Did you mean authors\?/],
    ['book_tags.tag=eq.x', 'EMBED_UNKNOWN', /select=\*,book_tags/],
    ['select=id,tags()&order=tags(name)', 'RELATED_ORDER_IMPOSSIBLE', /tags\.order=column/],
    ['select=title.sum()', 'QUERY_INVALID', /::numeric/],
    ['select=id,...book_tags(weight.sum())', 'AGGREGATE_IMPOSSIBLE', /without the dots/],
    ['select=title::point', 'QUERY_INVALID', /Casts: text/],
    ['after=abc', 'CURSOR_INVALID', /rel="next"/],
    [`or=${'(or'.repeat(12)}(id.eq.1)${')'.repeat(12)}`, 'QUERY_TOO_LARGE', /flatter/],
    [`id=in.(${'1,'.repeat(1000)}1)`, 'QUERY_TOO_LARGE', /several requests/],
    ['id=gt.0&'.repeat(201), 'QUERY_TOO_LARGE', /in\.\(/],
    [`title=eq.${'x'.repeat(20_000)}`, 'QUERY_TOO_LARGE', /several requests/],
    [
      'select=a:authors!author_id(b:books!author_id(a:authors!author_id(b:books!author_id(a:authors!author_id(b:books!author_id(id))))))',
      'QUERY_TOO_LARGE',
      /fewer levels/,
    ],
  ])('%s', (query, code, hint) => {
    const { code: actual, hint: said } = problem(query);
    expect(actual).toBe(code);
    expect(said).toMatch(hint);
  });

  test('aggregates are off unless they are allowed', () => {
    expect(() => queryReader(library.reader, 'books', new URLSearchParams('select=count()'))).toThrow(
      /not allowed/,
    );
  });
});
