import { and, between, eq, exists, inArray, like, not, or, sql } from 'drizzle-orm';
import { alias, integer, primaryKey, real, sqliteTable, text, union } from 'drizzle-orm/sqlite-core';
import { defineEvents, field, fn, forEach, must, projection, when } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Handler, Projection } from '../../src/projection/define.ts';
import { MemoryRun, statementsOf } from './memory-run.ts';

const line = z.object({ sku: z.string(), count: z.int(), tags: z.array(z.string()).optional() });

const events = defineEvents({
  happened: {
    schema: z.looseObject({
      id: z.string(),
      amount: z.number(),
      flag: z.boolean().optional(),
      note: z.string().nullable().optional(),
      lines: z.array(line),
      codes: z.array(z.string()),
      mixed: z.array(z.union([z.string(), z.object({ sku: z.string() })])),
      byYear: z.object({ '2025': z.number(), '5': z.number().optional() }),
      pair: z.tuple([z.string(), z.number()]),
      anything: z.unknown(),
    }),
  },
  undone: { schema: z.object({ id: z.string(), reason: z.string() }) },
});

const things = sqliteTable('things', {
  id: text().primaryKey(),
  amount: real().notNull().default(0),
  note: text(),
  count: integer(),
});
const pairs = sqliteTable('pairs', { left: text().notNull(), right: text().notNull(), n: integer() }, (t) => [
  primaryKey({ columns: [t.left, t.right] }),
]);

type Data = z.input<(typeof events.events.happened)['schema']>;

function on(handler: Handler<Data>, type: 'happened' | 'happened, undone' = 'happened'): Projection {
  return projection({
    name: 'test',
    events,
    views: { things, pairs },
    on: { [type]: handler } as unknown as { happened: Handler<Data> },
  });
}

/** What a handler is rendered as; it is set up and prepared in SQLite as well. */
function rendered(handler: Handler<Data>): string[] {
  new MemoryRun(on(handler)).apply();
  return statementsOf(on(handler), 'happened');
}

describe('statements', () => {
  it('inserts say every column, in the order of the view', () => {
    expect(rendered((e, db) => db.insert(things).values({ note: e.data.note, id: e.data.id }))).toEqual([
      `insert into "things" ("id", "amount", "note", "count") values (json_extract(NEW.data, '$.id'), 0, json_extract(NEW.data, '$.note'), null)`,
    ]);
  });

  it('inserts may have several rows', () => {
    expect(rendered((_, db) => db.insert(things).values([{ id: 'a' }, { id: 'b', count: 1 }]))).toEqual([
      `insert into "things" ("id", "amount", "note", "count") values ('a', 0, null, null), ('b', 0, null, 1)`,
    ]);
  });

  it('inserts from a select', () => {
    expect(
      rendered((e, db) =>
        db.insert(pairs).select(
          db
            .select({ left: things.id, right: sql`${e.data.id}`.as('right'), n: things.count })
            .from(things)
            .where(eq(things.note, 'x')),
        ),
      ),
    ).toEqual([
      `insert into "pairs" ("left", "right", "n") select "id", json_extract(NEW.data, '$.id') as "right", "count" from "things" where "things"."note" = 'x'`,
    ]);
  });

  it('upserts', () => {
    expect(
      rendered((e, db) =>
        db
          .insert(pairs)
          .values({ left: e.id, right: e.stream, n: 1 })
          .onConflictDoUpdate({
            target: [pairs.left, pairs.right],
            set: { n: sql`${pairs.n} + 1` },
            setWhere: sql`${pairs.n} < 9`,
          }),
      ),
    ).toEqual([
      `insert into "pairs" ("left", "right", "n") values (NEW.id, NEW.stream, 1) on conflict ("pairs"."left", "pairs"."right") do update set "n" = "pairs"."n" + 1 where "pairs"."n" < 9`,
    ]);
  });

  it('inserts that leave conflicts alone', () => {
    expect(rendered((_, db) => db.insert(things).values({ id: 'a' }).onConflictDoNothing())).toEqual([
      `insert into "things" ("id", "amount", "note", "count") values ('a', 0, null, null) on conflict do nothing`,
    ]);
  });

  it('updates and deletes', () => {
    expect(
      rendered((e, db) => [
        db
          .update(things)
          .set({ amount: sql`${things.amount} + ${e.data.amount}`, note: null })
          .where(eq(things.id, e.data.id)),
        db.delete(pairs).where(and(eq(pairs.left, e.data.id), eq(pairs.n, e.version))),
        db.delete(things),
      ]),
    ).toEqual([
      `update "things" set "amount" = "things"."amount" + json_extract(NEW.data, '$.amount'), "note" = NULL where "things"."id" = json_extract(NEW.data, '$.id')`,
      `delete from "pairs" where ("pairs"."left" = json_extract(NEW.data, '$.id') and "pairs"."n" = NEW.version)`,
      `delete from "things"`,
    ]);
  });

  it('updates from another view, and from an alias of the same', () => {
    const other = alias(things, 'other');
    expect(
      rendered((e, db) => [
        db
          .update(things)
          .set({ count: sql`${things.count} + ${pairs.n}` })
          .from(pairs)
          .where(and(eq(pairs.left, things.id), eq(pairs.right, e.data.id))),
        db.update(things).set({ note: other.note }).from(other).where(eq(other.id, things.note)),
      ]),
    ).toEqual([
      `update "things" set "count" = "things"."count" + "pairs"."n" from "pairs" where ("pairs"."left" = "things"."id" and "pairs"."right" = json_extract(NEW.data, '$.id'))`,
      `update "things" set "note" = "other"."note" from "things" "other" where "other"."id" = "things"."note"`,
    ]);
  });

  it('must follows its statement with a check of what it changed', () => {
    expect(rendered((e, db) => must(db.delete(things).where(eq(things.id, e.data.id))))).toEqual([
      `delete from "things" where "things"."id" = json_extract(NEW.data, '$.id')`,
      `SELECT RAISE(ROLLBACK, 'must: delete of things changed no row') WHERE changes() = 0`,
    ]);
  });
});

describe('forEach', () => {
  it('around one insert is an insert from the array', () => {
    expect(
      rendered((e, db) =>
        forEach(e.data.lines, (item, index) =>
          db.insert(pairs).values({ left: e.data.id, right: item.sku, n: index }).onConflictDoNothing(),
        ),
      ),
    ).toEqual([
      `insert into "pairs" ("left", "right", "n") select json_extract(NEW.data, '$.id'), json_extract(each.value, '$.sku'), each.key from jsonb_each(NEW.data, '$.lines') AS each WHERE each.key IS NOT NULL on conflict do nothing`,
    ]);
  });

  it('around several statements is a block of its own', () => {
    expect(
      rendered((e, db) =>
        forEach(e.data.codes, (code, index) => [
          db.insert(things).values({ id: code, count: index }),
          db.delete(pairs).where(eq(pairs.left, e.stream)),
        ]),
      ),
    ).toEqual([
      `feed_1: insert into "things" ("id", "amount", "note", "count") values (CASE typeof(NEW.item1) WHEN 'blob' THEN json(NEW.item1) ELSE NEW.item1 END, 0, null, NEW.index1)`,
      `feed_1: delete from "pairs" where "pairs"."left" = NEW.stream`,
      `INSERT INTO feed_1 (index1, item1, stream) SELECT each.key, each.value, NEW.stream FROM jsonb_each(NEW.data, '$.codes') AS each WHERE each.key IS NOT NULL`,
    ]);
  });

  it('stands inside another', () => {
    expect(
      rendered((e, db) =>
        forEach(e.data.lines, (item) =>
          forEach(item.tags, (tag) =>
            db.delete(pairs).where(and(eq(pairs.left, item.sku), eq(pairs.right, tag))),
          ),
        ),
      ),
    ).toEqual([
      `feed_2: delete from "pairs" where ("pairs"."left" = NEW.value1 and "pairs"."right" = CASE typeof(NEW.item2) WHEN 'blob' THEN json(NEW.item2) ELSE NEW.item2 END)`,
      `feed_1: INSERT INTO feed_2 (item2, value1) SELECT each.value, json_extract(NEW.item1, '$.sku') FROM jsonb_each(NEW.item1, '$.tags') AS each WHERE each.key IS NOT NULL`,
      `INSERT INTO feed_1 (item1) SELECT each.value FROM jsonb_each(NEW.data, '$.lines') AS each WHERE each.key IS NOT NULL`,
    ]);
  });

  it('does not read fields of items that may be text', () => {
    expect(
      rendered((e, db) => forEach(e.data.mixed, (item) => db.delete(things).where(eq(things.id, item.sku)))),
    ).toEqual([
      `feed_1: delete from "things" where "things"."id" = CASE typeof(NEW.item1) WHEN 'blob' THEN json_extract(NEW.item1, '$.sku') END`,
      `INSERT INTO feed_1 (item1) SELECT each.value FROM jsonb_each(NEW.data, '$.mixed') AS each WHERE each.key IS NOT NULL`,
    ]);
  });

  it('runs over an expression', () => {
    expect(
      rendered((e, db) =>
        forEach(sql<string[]>`coalesce(${e.data.codes}, '[]')`, (code) =>
          db.insert(things).values({ id: code }),
        ),
      ),
    ).toEqual([
      `insert into "things" ("id", "amount", "note", "count") select CASE typeof(each.value) WHEN 'blob' THEN json(each.value) ELSE each.value END, 0, null, null from jsonb_each(coalesce(json_extract(NEW.data, '$.codes'), '[]')) AS each WHERE each.key IS NOT NULL`,
    ]);
  });

  it('is no single insert where that looks at the views, in Drizzle or in plain SQL', () => {
    const count = sql<number>`(select count(*) from things)`;
    const [first] = rendered((e, db) =>
      forEach(e.data.codes, (code) => db.insert(things).values({ id: code, count })),
    );
    expect(first).toMatch(/^feed_1: insert/);
  });
});

describe('when', () => {
  it('guards a block with a condition', () => {
    expect(rendered((e, db) => when(eq(e.data.flag, true), [db.delete(things), db.delete(pairs)]))).toEqual([
      `feed_1: delete from "things"`,
      `feed_1: delete from "pairs"`,
      `INSERT INTO feed_1 (position) SELECT NEW.position WHERE json_extract(NEW.data, '$.flag') = 1`,
    ]);
  });

  it('takes a path as a condition, and stands inside forEach', () => {
    expect(
      rendered((e, db) =>
        forEach(e.data.lines, (item) =>
          when(e.data.flag, db.delete(things).where(eq(things.count, item.count))),
        ),
      ),
    ).toEqual([
      `feed_2: delete from "things" where "things"."count" = NEW.value1`,
      `feed_1: INSERT INTO feed_2 (value1) SELECT json_extract(NEW.item1, '$.count') WHERE NEW.value1`,
      `INSERT INTO feed_1 (item1, value1) SELECT each.value, json_extract(NEW.data, '$.flag') FROM jsonb_each(NEW.data, '$.lines') AS each WHERE each.key IS NOT NULL`,
    ]);
  });
});

describe('several types in one key', () => {
  const definition = on(
    (e, db) => when(eq(e.type, 'undone'), db.delete(things).where(eq(things.id, e.data.id))),
    'happened, undone',
  );

  it('get a block each, in which the type is a constant', () => {
    const statement = (type: string) =>
      new RegExp(
        `INSERT INTO feed_\\d \\(value1\\) SELECT json_extract\\(NEW.data, '\\$.id'\\) WHERE '${type}' = 'undone'`,
      );
    expect(statementsOf(definition, 'happened').at(-1)).toMatch(statement('happened'));
    expect(statementsOf(definition, 'undone').at(-1)).toMatch(statement('undone'));
  });
});

describe('paths', () => {
  const selected = (path: (e: Parameters<Handler<Data>>[0]) => unknown): string | undefined => {
    const [statement] = rendered((e, db) => db.delete(things).where(sql`${things.note} = ${path(e)}`));
    return statement?.replace('delete from "things" where "things"."note" = ', '');
  };

  it.each<[string, (e: Parameters<Handler<Data>>[0]) => unknown, string]>([
    ['position', (e) => e.position, 'NEW.position'],
    ['metadata', (e) => e.metadata.actor.id, `json_extract(NEW.metadata, '$.actor.id')`],
    ['all data', (e) => e.data, `json_extract(NEW.data, '$')`],
    ['an item of an array', (e) => e.data.codes[0], `json_extract(NEW.data, '$.codes[0]')`],
    ['an item of a tuple', (e) => e.data.pair[1], `json_extract(NEW.data, '$.pair[1]')`],
    ['a field named by a number', (e) => e.data.byYear['2025'], `json_extract(NEW.data, '$.byYear."2025"')`],
    [
      'a number where nobody knows what it is',
      (e) => e.metadata.list[0],
      `coalesce(json_extract(NEW.metadata, '$.list[0]'), json_extract(NEW.metadata, '$.list."0"'))`,
    ],
    ['a name with a dash', (e) => e.metadata['x-y'], `json_extract(NEW.metadata, '$."x-y"')`],
    ['a name with quotes', (e) => e.metadata[`a"b'c\\d`], `json_extract(NEW.metadata, '$."a\\"b''c\\\\d"')`],
    ['a name that is empty', (e) => e.metadata[''], `json_extract(NEW.metadata, '$.""')`],
    ["a name of Drizzle's", (e) => field(e.metadata, 'as'), `json_extract(NEW.metadata, '$.as')`],
    ['a name of arrays', (e) => e.metadata.length, `json_extract(NEW.metadata, '$.length')`],
    ['a name of promises', (e) => e.metadata.then, `json_extract(NEW.metadata, '$.then')`],
    ['a number with a leading zero', (e) => e.metadata['007'], `json_extract(NEW.metadata, '$."007"')`],
  ])('%s', (_, path, expected) => {
    expect(selected(path)).toBe(expected);
  });
});

describe('values', () => {
  it.each<[string, unknown, string]>([
    ['text', `it's "é" 😀`, `'it''s "é" 😀'`],
    ['empty text', '', `''`],
    ['null', null, 'NULL'],
    ['true', true, '1'],
    ['false', false, '0'],
    ['an integer', 42, '42'],
    ['a negative number, which must not begin a comment', -5, '(-5)'],
    ['minus zero', -0, '0'],
    ['a float', 1.5e-7, '1.5e-7'],
    ['a large float', 1e300, '1e+300'],
    ['a bigint', 9007199254740993n, '9007199254740993'],
    ['the smallest bigint', -(2n ** 63n), '(-9223372036854775808)'],
    ['bytes', new Uint8Array([0, 255]), `X'00ff'`],
  ])('%s', (_, value, expected) => {
    const [statement] = rendered((__, db) => db.delete(things).where(sql`${things.note} = ${value}`));
    expect(statement).toBe(`delete from "things" where "things"."note" = ${expected}`);
  });

  it.each<[string, unknown, RegExp]>([
    ['undefined in sql``', Symbol('x'), /contains a symbol/],
    ['NaN', Number.NaN, /contains the number NaN/],
    ['Infinity', Infinity, /contains the number Infinity/],
    ['an integer beyond 64 bits', 2n ** 63n, /contains the integer 9223372036854775808/],
    ['a NUL in text', 'a\0b', /contains text with a NUL/],
    ['half a surrogate pair', '\ud800', /contains text with half/],
    ['an object', { a: 1 }, /contains an object/],
    ['a Date', new Date(0), /contains a Date/],
    ['a function', () => 1, /contains a function/],
  ])('refuses %s', (_, value, message) => {
    expect(() => rendered((__, db) => db.delete(things).where(sql`${things.note} = ${value}`))).toThrow(
      message,
    );
  });
});

describe("Drizzle's operators and subqueries", () => {
  const condition = (build: Parameters<typeof rendered>[0]) => rendered(build)[0]?.replace(/^.* where /, '');

  it('operators', () => {
    expect(
      condition((e, db) =>
        db
          .delete(things)
          .where(
            or(
              sql`${things.id} in ${[e.data.id, 'x']}`,
              inArray(things.count, [1, 2]),
              not(between(things.count, 1, e.version)),
              like(things.note, '%a'),
            ),
          ),
      ),
    ).toBe(
      `("things"."id" in (json_extract(NEW.data, '$.id'), 'x') or "things"."count" in (1, 2) or not "things"."count" between 1 and NEW.version or "things"."note" like '%a')`,
    );
  });

  it('subqueries on own views, as conditions and values, with aliases', () => {
    const other = alias(pairs, 'other');
    const [statement] = rendered((e, db) =>
      db
        .update(things)
        .set({
          count: sql`${db
            .select({ n: sql`max(${other.n})` })
            .from(other)
            .where(eq(other.left, e.data.id))}`,
        })
        .where(exists(db.select().from(pairs).where(eq(pairs.left, things.id)).limit(1))),
    );
    expect(statement).toBe(
      `update "things" set "count" = (select max("n") from "pairs" "other" where "other"."left" = json_extract(NEW.data, '$.id')) where exists (select "left", "right", "n" from "pairs" where "pairs"."left" = "things"."id" limit 1)`,
    );
  });

  it('a select without sql`` around it is a value, too', () => {
    const [statement] = rendered((e, db) =>
      db.insert(things).values({
        id: e.data.id,
        count: db.select({ n: sql<number>`count(*)` }).from(things) as unknown as number,
      }),
    );
    expect(statement).toContain(`(select count(*) from "things"))`);
  });

  it('common table expressions and set operators inside a subquery', () => {
    const [statement] = rendered((_, db) => {
      const busy = db.$with('busy').as(db.select({ id: pairs.left }).from(pairs));
      const both = union(
        db.select({ id: things.id }).from(things),
        db.select({ id: pairs.left }).from(pairs),
      );
      return db
        .delete(things)
        .where(
          and(
            inArray(things.id, db.with(busy).select({ id: busy.id }).from(busy)),
            sql`${things.id} in ${both}`,
          ),
        );
    });
    expect(statement).toContain(`in (with "busy" as (select "left" from "pairs") select "left" from "busy")`);
    expect(statement).toContain(`union`);
  });

  it('functions of fn', () => {
    const shout = fn('shout', (word: string, times: number) => word.toUpperCase().repeat(times));
    expect(rendered((e, db) => db.insert(things).values({ id: shout(e.data.id, 2) }))).toEqual([
      `insert into "things" ("id", "amount", "note", "count") values (fn_shout(json_extract(NEW.data, '$.id'), 2), 0, null, null)`,
    ]);
  });

  it('identifiers and raw SQL', () => {
    expect(
      rendered((_, db) => db.delete(things).where(sql`${sql.identifier('note')} ${sql.raw('is not null')}`)),
    ).toEqual([`delete from "things" where "note" is not null`]);
  });

  it('leaves out the layout and the comments of a template', () => {
    expect(
      rendered((e, db) =>
        db.delete(things).where(sql`
          ${things.id} = -- the id
            lower( ${e.data.id} /* of the event */ )
        `),
      ),
    ).toEqual([`delete from "things" where "things"."id" = lower(json_extract(NEW.data, '$.id'))`]);
  });
});
