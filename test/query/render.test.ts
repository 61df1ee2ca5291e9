import { answer } from '../../src/query/asked-query.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { USUAL_LIMITS } from '../../src/query/limits.ts';
import { callOf, findQuery } from '../../src/query/named-query.ts';
import { parseQuery } from '../../src/query/parse-query.ts';
import { queryReader } from '../../src/query/query-view.ts';
import { renderPoint, renderQuery } from '../../src/query/render-query.ts';
import { shapeOf } from '../../src/query/shape.ts';
import { compiled } from '../projection/memory-run.ts';
import { authors, books, library as definition, TestLibrary } from './library.ts';

const { views } = compiled(definition).program;

function parsed(view: string, query: string) {
  const description = views.find(({ name }) => name === view);
  if (description === undefined) throw new Error(`no view ${view}`);
  return parseQuery([...new URLSearchParams(query)], description, views, USUAL_LIMITS);
}

function rendered(view: string, query: string, isDirect = false) {
  const options = {
    maxRows: 10,
    policies: new Map(),
    source: undefined,
    counted: 'none' as const,
    after: undefined,
    isDirect,
  };
  const { sql, bindings } = renderQuery(parsed(view, query), options);
  return {
    sql,
    values: bindings.map((binding) => {
      if ('value' in binding) return binding.value;
      if ('slot' in binding) return `slot ${binding.slot}`;
      return 'page' in binding ? binding.page : binding;
    }),
  };
}

describe('a query is one statement, whose values are all bound', () => {
  test('a page: rows first, then their JSON', () => {
    expect(rendered('authors', 'select=id,n:name&country=eq.NZ&order=name.desc')).toEqual({
      sql: `SELECT (SELECT position FROM projectionist_checkpoint), count(*), group_concat(item, ',\n'), NULL, NULL FROM (SELECT json_object('id', "t0"."id", +?, "t0"."name") AS item FROM (SELECT "t0".* FROM "authors" AS "t0" WHERE "t0"."country" = +? ORDER BY "t0"."name" DESC, "t0"."id" DESC LIMIT +? OFFSET +?) AS "t0" LIMIT -1)`,
      values: ['n', 'slot 1', 'limit', 'offset'],
    });
  });

  test('a page that an index has in order: JSON at once', () => {
    expect(rendered('authors', 'select=id&order=id', true).sql).toBe(
      `SELECT (SELECT position FROM projectionist_checkpoint), count(*), group_concat(item, ',\n'), NULL, NULL FROM (SELECT json_object('id', "t0"."id") AS item FROM "authors" AS "t0" ORDER BY "t0"."id" LIMIT +? OFFSET +?)`,
    );
  });

  test('what orders the rows stands beside them where they do not have it', () => {
    const key = `json_array("t0"."name", "t0"."id") AS key`;
    expect(rendered('authors', 'select=id,name&order=name').sql).not.toContain(' AS key');
    for (const select of ['name', 'id,name::text', 'id,country', 'id:country,name,id'])
      expect(rendered('authors', `select=${select}&order=name`).sql).toContain(key);
  });

  test('a point', () => {
    const { sql, bindings } = renderPoint(parsed('authors', 'select=name&id=eq.1'), {
      maxRows: 10,
      policies: new Map(),
    });
    expect(sql).toBe(
      `SELECT (SELECT position FROM projectionist_checkpoint), 1, json_object('name', "t0"."name"), NULL, NULL FROM "authors" AS "t0" WHERE "t0"."id" = +?`,
    );
    expect(bindings).toMatchObject([{ slot: 1 }]);
  });

  test.each<[string, string, unknown[]]>([
    ['title=like.A*[', '"t0"."title" GLOB ?', ['A*[[]']],
    ['title=ilike.A*_', `"t0"."title" LIKE +? ESCAPE '\\'`, ['A%_']],
    ['id=in.(1,2)', '"t0"."id" IN (+?, +?)', [1, 2]],
    ['in_stock=is.true', '"t0"."in_stock" IS 1', []],
    [
      'title=fts.cat',
      '"t0"."id" IN (SELECT rowid FROM "books_search" WHERE "books_search" MATCH +?)',
      ['{"title"} : "cat"'],
    ],
    [
      'or=(id.eq.1,not.and(id.gt.2,id.lt.5))',
      '("t0"."id" = +? OR NOT (("t0"."id" > +? AND "t0"."id" < +?)))',
      [1, 2, 5],
    ],
  ])('%s', (query, where, values) => {
    const all = rendered('books', `select=id&${query}`);
    expect(all.sql).toContain(` WHERE ${where} ORDER BY`);
    expect(all.values).toEqual([...values, 'limit', 'offset']);
  });

  test('an embedded view is a correlated subquery', () => {
    expect(rendered('books', 'select=blurbs(text)').sql).toContain(
      `json_object(+?, json((SELECT json_object('text', "t1"."text") FROM "blurbs" AS "t1" WHERE "t1"."book_id" = "t0"."id" LIMIT 1)))`,
    );
  });

  test('nothing of a request is part of the text', () => {
    const select = encodeURIComponent(String.raw`"x';--":title,data->"$.y"`);
    const { sql, values } = rendered('books', `select=${select}&title=eq.${encodeURIComponent("'; DROP")}`);
    expect(sql).not.toMatch(/DROP|--|\$\.y/);
    expect(values).toContain("x';--");
  });
});

test('requests that differ in what they compare with, or in their page, have one shape', () => {
  const shape = (query: string) => shapeOf([...new URLSearchParams(query)]);
  expect(shape('id=eq.1&limit=2')).toBe(shape('id=eq.3&limit=4'));
  expect(shape('id=eq.1')).not.toBe(shape('id=gt.1'));
  expect(shape('id=in.(1)')).not.toBe(shape('id=in.(1,2)'));
  expect(shape('order=id')).not.toBe(shape('order=title'));
});

describe('a row policy', () => {
  let library: TestLibrary;
  beforeAll(() => {
    library = new TestLibrary().fill();
  });
  afterAll(() => library.close());
  const policy = (view: string) =>
    ({ books: eq(books.status, 'printed'), authors: eq(authors.name, 'Ben') })[view];

  test.each<[string, string, unknown]>([
    ['books', 'select=id', [{ id: 1 }]],
    ['books', 'select=id&id=eq.2', []],
    ['books', 'select=count()', [{ count: 1 }]],
    [
      'books',
      'select=id,a:authors!author_id(name),e:authors!editor_id(name)',
      [{ id: 1, a: null, e: { name: 'Ben' } }],
    ],
    ['tags', 'select=name,books(id)&name=eq.new', [{ name: 'new', books: [{ id: 1 }] }]],
    ['tags', 'select=name,books!inner()&name=eq.new', [{ name: 'new' }]],
    ['books', 'select=id&title=fts.red', [{ id: 1 }]],
  ])('holds in %s?%s', (view, query, expected) => {
    const answer = queryReader(library.reader, view, new URLSearchParams(query), {
      policy,
      count: 'exact',
      limits: { ...USUAL_LIMITS, aggregates: true },
    });
    expect(answer.rows).toEqual(expected);
    expect(answer.total).toBe((expected as unknown[]).length);
  });

  test('holds in a named query', async () => {
    const call = await callOf(findQuery([definition], 'byAuthor'), new Map([['author', 1]]));
    const asked = call.ask(library.reader, new URLSearchParams('select=id'), { policy });
    expect(answer(asked).rows).toEqual([{ id: 1 }]);
  });

  test('that refuses is not asked for views that the query does not read', () => {
    const refusing = (view: string) => {
      if (view === 'authors') throw new Error('no');
      return undefined;
    };
    expect(queryReader(library.reader, 'tags', new URLSearchParams(), { policy: refusing }).count).toBe(2);
    expect(() => queryReader(library.reader, 'authors', new URLSearchParams(), { policy: refusing })).toThrow(
      'no',
    );
  });
});
