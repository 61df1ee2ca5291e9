import { and, eq, sql } from 'drizzle-orm';
import {
  blob,
  customType,
  index,
  integer,
  numeric,
  primaryKey,
  real,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core';
import { defineEvents, excluded, fn, forEach, must, projection, when } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryRun } from './memory-run.ts';

const events = defineEvents({
  happened: { schema: z.unknown() },
  versioned: {
    schema: z.object({ name: z.string() }),
    upcast: { 1: (old: string) => ({ title: old }), 2: (old: { title: string }) => ({ name: old.title }) },
  },
});

const seen = sqliteTable('seen', { n: integer().primaryKey({ autoIncrement: true }), what: text() });
const counts = sqliteTable('counts', { key: text().primaryKey(), n: integer().notNull() });

const happened = (data: unknown) => ({ type: 'happened', data });

describe('forEach', () => {
  const eachItem = projection({
    name: 'each',
    events,
    views: { seen, counts },
    on: {
      happened: (e, db) =>
        forEach(e.data.items, (item, position) => [
          db.insert(seen).values({ what: sql`${position} || ':' || coalesce(${item}, 'null')` }),
          db
            .insert(counts)
            .values({ key: 'all', n: 1 })
            .onConflictDoUpdate({ target: counts.key, set: { n: sql`${counts.n} + ${excluded(counts.n)}` } }),
        ]),
    },
  });
  const what = (data: unknown) =>
    new MemoryRun(eachItem)
      .apply(happened(data))
      .rows('SELECT what FROM seen ORDER BY n')
      .map((row) => (row as { what: string }).what);

  it('goes through an array in its order', () => {
    expect(what({ items: ['c', 'a', 'b'] })).toEqual(['0:c', '1:a', '2:b']);
  });

  it.each([
    ['a missing array', {}],
    ['null', { items: null }],
    ['an empty array', { items: [] }],
    ['a text', { items: 'abc' }],
    ['a number', { items: 7 }],
    ['data that is no object', 'abc'],
    ['data that is null', null],
  ])('finds no items in %s', (_, data) => {
    expect(what(data)).toEqual([]);
  });

  it('goes through the values of an object, with keys for indexes', () => {
    expect(what({ items: { x: 1, y: 'z', '5': true } })).toEqual(['5:1', 'x:1', 'y:z'].toSorted());
  });

  it('takes items of every type, objects and arrays as JSON', () => {
    expect(what({ items: [null, true, 1.5, 'a"b', { a: [1] }, [null]] })).toEqual([
      '0:null',
      '1:1',
      '2:1.5',
      '3:a"b',
      '4:{"a":[1]}',
      '5:[null]',
    ]);
  });

  it('applies items one after the other, each seeing what the last one did', () => {
    const running = projection({
      name: 'running',
      events,
      views: { seen },
      on: {
        happened: (e, db) =>
          forEach(e.data.items, () => db.insert(seen).values({ what: sql`(select count(*) from ${seen})` })),
      },
    });
    const rows = new MemoryRun(running).apply(happened({ items: [0, 0, 0] })).rows('SELECT what FROM seen');
    expect(rows).toEqual([{ what: '0' }, { what: '1' }, { what: '2' }]);
  });

  it('nests, and reads fields of items that have some', () => {
    const nested = projection({
      name: 'nested',
      events,
      views: { seen },
      on: {
        happened: (e, db) =>
          forEach(e.data.orders, (order) =>
            forEach(order.lines, (line, position) =>
              when(
                sql`${line.sku} is not null`,
                db
                  .insert(seen)
                  .values({ what: sql`${e.stream} || ${order.id} || ${line.sku} || ${position}` }),
              ),
            ),
          ),
      },
    });
    const orders = [
      { id: '-a-', lines: [{ sku: 'x' }, 'y', '{"sku":"no object"}', { sku: 'z' }] },
      { id: '-b-' },
      'c',
      { id: '-d-', lines: [{ sku: 'w' }] },
    ];
    expect(
      new MemoryRun(nested).apply(happened({ orders })).rows('SELECT what FROM seen ORDER BY n'),
    ).toEqual([{ what: 's-1-a-x0' }, { what: 's-1-a-z3' }, { what: 's-1-d-w0' }]);
  });
});

describe('conflicts, under the OR ROLLBACK of the feed', () => {
  const upserts = projection({
    name: 'upserts',
    events,
    views: { seen, counts },
    on: {
      happened: (e, db) => [
        db.insert(seen).values({ n: 1, what: e.data.key }).onConflictDoNothing(),
        db
          .insert(counts)
          .values({ key: e.data.key, n: e.data.n })
          .onConflictDoUpdate({
            target: counts.key,
            set: { n: sql`${counts.n} + ${excluded(counts.n)}` },
            setWhere: sql`${e.data.n} > 0`,
          }),
      ],
    },
  });

  it('DO NOTHING does nothing, and DO UPDATE updates', () => {
    const run = new MemoryRun(upserts).apply(
      happened({ key: 'a', n: 1 }),
      happened({ key: 'a', n: 2 }),
      happened({ key: 'a', n: -9 }),
      happened({ key: 'b', n: 5 }),
    );
    expect(run.rows('SELECT * FROM seen')).toEqual([{ n: 1, what: 'a' }]);
    expect(run.rows('SELECT * FROM counts')).toEqual([
      { key: 'a', n: 3 },
      { key: 'b', n: 5 },
    ]);
  });

  it('any other conflict is an error that leaves nothing of the batch behind', () => {
    const inserts = projection({
      name: 'inserts',
      events,
      views: { counts },
      on: { happened: (e, db) => db.insert(counts).values({ key: e.data.key, n: 1 }) },
    });
    const run = new MemoryRun(inserts);
    expect(() => run.apply(happened({ key: 'a' }), happened({ key: 'b' }), happened({ key: 'a' }))).toThrow(
      'UNIQUE constraint failed: counts.key',
    );
    expect(run.rows('SELECT * FROM counts')).toEqual([]);
  });
});

describe('must', () => {
  const strict = projection({
    name: 'strict',
    events,
    views: { counts },
    search: { counts: ['key'] },
    on: {
      happened: (e, db) => [
        when(e.data.isNew, db.insert(counts).values({ key: e.data.key, n: 0 })),
        must(
          db
            .update(counts)
            .set({ n: sql`${counts.n} + 1` })
            .where(eq(counts.key, e.data.key)),
        ),
        must(
          db
            .insert(counts)
            .values({ key: 'once', n: 1 })
            .onConflictDoUpdate({ target: counts.key, set: { n: 2 } }),
        ),
      ],
    },
  });

  it('passes a statement that changes a row', () => {
    const run = new MemoryRun(strict).apply(happened({ key: 'a', isNew: true }), happened({ key: 'a' }));
    expect(run.rows('SELECT key, n FROM counts ORDER BY key')).toEqual([
      { key: 'a', n: 2 },
      { key: 'once', n: 2 },
    ]);
  });

  it('raises where a statement changes none, and says which', () => {
    expect(() => new MemoryRun(strict).apply(happened({ key: 'nobody' }))).toThrow(
      'must: update of counts changed no row',
    );
  });
});

describe('when', () => {
  it('takes neither false, NULL, 0 nor a missing field for true', () => {
    const picky = projection({
      name: 'picky',
      events,
      views: { seen },
      on: { happened: (e, db) => when(e.data.flag, db.insert(seen).values({ what: e.data.name })) },
    });
    const flags = [true, false, null, 0, 1, undefined];
    const run = new MemoryRun(picky).apply(
      ...flags.map((flag, name) => happened({ flag, name: String(name) })),
    );
    expect(run.rows('SELECT what FROM seen')).toEqual([{ what: '0' }, { what: '4' }]);
  });
});

describe('columns of every type of Drizzle', () => {
  const money = customType<{ data: number; driverData: string }>({
    dataType: () => 'varchar(20)',
    toDriver: (value) => value.toFixed(2),
    fromDriver: Number,
  });
  const all = sqliteTable('all', {
    id: text({ length: 20 }).primaryKey(),
    int: integer(),
    flag: integer({ mode: 'boolean' }),
    at: integer({ mode: 'timestamp' }),
    atMs: integer('at_ms', { mode: 'timestamp_ms' }),
    real: real(),
    json: text({ mode: 'json' }),
    blobJson: blob('blob_json', { mode: 'json' }),
    big: blob({ mode: 'bigint' }),
    bytes: blob({ mode: 'buffer' }),
    number: numeric(),
    numberNumber: numeric('number_number', { mode: 'number' }),
    money: money(),
  });

  it('keep literals as Drizzle encodes them', () => {
    const literals = projection({
      name: 'literals',
      events,
      views: { all },
      on: {
        happened: (e, db) =>
          db.insert(all).values({
            id: 'literal',
            int: -1,
            flag: true,
            at: new Date(1_500),
            atMs: new Date(1_500),
            real: 1,
            json: { a: [1, null, "it's"] },
            blobJson: ['x'],
            big: 12345678901234567890n,
            bytes: Buffer.from([1, 2]),
            number: '12.50',
            numberNumber: 3,
            money: 2,
          }),
      },
    });
    expect(new MemoryRun(literals).apply(happened({})).rows('SELECT * FROM "all"')).toEqual([
      {
        id: 'literal',
        int: -1,
        flag: 1,
        at: 1,
        at_ms: 1500,
        real: 1,
        json: `{"a":[1,null,"it's"]}`,
        blob_json: Buffer.from('["x"]'),
        big: Buffer.from('12345678901234567890'),
        bytes: Buffer.from([1, 2]),
        number: 12.5,
        number_number: 3,
        money: '2.00',
      },
    ]);
  });

  it('keep what paths lead to in the same form', () => {
    const paths = projection({
      name: 'paths',
      events,
      views: { all },
      on: {
        happened: (e, db) => [
          db.insert(all).values({
            id: e.id,
            flag: e.data.flag,
            at: sql`unixepoch(${e.time})`,
            atMs: sql`cast(round(unixepoch(${e.time}, 'subsec') * 1000) as integer)`,
            json: e.data.json,
            blobJson: e.data.json,
            big: e.data.big,
            number: e.data.number,
          }),
          db.update(all).set({ int: e.data.big, real: e.data.big }).where(eq(all.id, e.id)),
        ],
      },
    });
    const run = new MemoryRun(paths).apply(
      happened({ flag: true, json: 'text', big: 9007199254740991, number: '12.50' }),
      happened({ flag: false, json: true, number: 3 }),
      happened({ json: null }),
      happened({ json: { b: 1, a: [] } }),
      happened({ json: 'null' }),
      happened({}),
    );
    expect(run.rows('SELECT at, at_ms FROM "all" LIMIT 1')).toEqual([
      { at: 1767225601, at_ms: 1767225601000 },
    ]);
    const rows = run.rows('SELECT flag, int, real, json, blob_json, big, number FROM "all" ORDER BY id');
    expect(rows).toEqual([
      {
        flag: 1,
        int: 9007199254740991,
        real: 9007199254740991,
        json: '"text"',
        blob_json: Buffer.from('"text"'),
        big: Buffer.from('9007199254740991'),
        number: 12.5,
      },
      { flag: 0, int: null, real: null, json: 'true', blob_json: Buffer.from('true'), big: null, number: 3 },
      { flag: null, int: null, real: null, json: null, blob_json: null, big: null, number: null },
      {
        flag: null,
        int: null,
        real: null,
        json: '{"b":1,"a":[]}',
        blob_json: Buffer.from('{"b":1,"a":[]}'),
        big: null,
        number: null,
      },
      {
        flag: null,
        int: null,
        real: null,
        json: '"null"',
        blob_json: Buffer.from('"null"'),
        big: null,
        number: null,
      },
      { flag: null, int: null, real: null, json: null, blob_json: null, big: null, number: null },
    ]);
  });

  it('keep items as JSON where the column asks for it', () => {
    const list = sqliteTable('list', { at: integer().primaryKey(), item: text({ mode: 'json' }) });
    const items = projection({
      name: 'items',
      events,
      views: { list, seen },
      on: {
        happened: (e, db) => [
          forEach(e.data.items, (item, at) => db.insert(list).values({ at, item })),
          forEach(e.data.items, (item, at) => [
            db.update(list).set({ item }).where(eq(list.at, at)),
            db.insert(list).values({ at, item }).onConflictDoUpdate({ target: list.at, set: { item } }),
          ]),
        ],
      },
    });
    const run = new MemoryRun(items).apply(happened({ items: ['a"b', 1, true, false, null, { x: 1 }, [2]] }));
    expect(
      run.rows('SELECT item FROM list ORDER BY at').map((row) => (row as { item: string }).item),
    ).toEqual(['"a\\"b"', '1', 'true', 'false', null, '{"x":1}', '[2]']);
  });

  it('take defaults of every kind', () => {
    const defaults = sqliteTable('defaults', {
      id: text().primaryKey(),
      text: text().default("it's"),
      int: integer().notNull().default(-3),
      flag: integer({ mode: 'boolean' }).default(true),
      at: integer({ mode: 'timestamp' }).default(new Date(5000)),
      json: text({ mode: 'json' }).default({ a: 1 }),
      computed: text().default(sql`upper('x')`),
    });
    const definition = projection({
      name: 'defaults',
      events,
      views: { defaults },
      on: {
        happened: (e, db) => [
          db.insert(defaults).values({ id: e.id }),
          forEach(e.data.ids, (id) => db.insert(defaults).values({ id })),
        ],
      },
    });
    const same = { text: "it's", int: -3, flag: 1, at: 5, json: '{"a":1}', computed: 'X' };
    expect(new MemoryRun(definition).apply(happened({ ids: ['z'] })).rows('SELECT * FROM defaults')).toEqual([
      { id: 'id-1', ...same },
      { id: 'z', ...same },
    ]);
  });
});

describe('views', () => {
  it('keep their full-text index with every kind of write', () => {
    const notes = sqliteTable('notes', { id: text().primaryKey(), body: text().notNull() });
    const numbered = sqliteTable('numbered', { id: integer().primaryKey(), body: text().notNull() });
    const definition = projection({
      name: 'notes',
      events,
      views: { notes, numbered },
      search: { notes: ['body'], numbered: ['body'] },
      on: {
        happened: (e, db) => [
          when(eq(e.data.do, 'insert'), [
            db.insert(notes).values({ id: e.data.id, body: e.data.body }),
            db.insert(numbered).values({ id: e.data.id, body: e.data.body }),
          ]),
          when(eq(e.data.do, 'upsert'), [
            db
              .insert(notes)
              .values({ id: e.data.id, body: e.data.body })
              .onConflictDoUpdate({ target: notes.id, set: { body: excluded(notes.body) } }),
            db.update(numbered).set({ body: e.data.body }).where(eq(numbered.id, e.data.id)),
          ]),
          when(eq(e.data.do, 'delete'), [
            db.delete(notes).where(eq(notes.id, e.data.id)),
            db.delete(numbered).where(eq(numbered.id, e.data.id)),
          ]),
        ],
      },
    });
    const run = new MemoryRun(definition);
    const found = (view: string, word: string) =>
      run.rows(
        `SELECT v.id FROM ${view}_search s JOIN ${view} v ON v.${view === 'notes' ? 'projectionist_rowid' : 'id'} = s.rowid WHERE ${view}_search MATCH '${word}'`,
      ).length;
    const step = (does: string, id: number, body?: string) => run.apply(happened({ do: does, id, body }));
    step('insert', 1, 'red apple');
    step('insert', 2, 'red pear');
    step('upsert', 1, 'green apple');
    for (const view of ['notes', 'numbered']) {
      expect([found(view, 'red'), found(view, 'green'), found(view, 'apple')]).toEqual([1, 1, 1]);
    }
    step('delete', 2);
    for (const view of ['notes', 'numbered']) {
      expect(found(view, 'red')).toBe(0);
      expect(() =>
        run.db.exec(`INSERT INTO ${view}_search (${view}_search) VALUES ('integrity-check')`),
      ).not.toThrow();
    }
  });

  it('cascade along foreign keys, and refuse what has no parent', () => {
    const parents = sqliteTable('parents', { id: text().primaryKey() });
    const children = sqliteTable('children', {
      id: text().primaryKey(),
      parent: text()
        .notNull()
        .references(() => parents.id, { onDelete: 'cascade' }),
    });
    const definition = projection({
      name: 'family',
      events,
      views: { children, parents },
      on: {
        happened: (e, db) => [
          when(e.data.parent, db.insert(parents).values({ id: e.data.id })),
          when(e.data.child, db.insert(children).values({ id: e.id, parent: e.data.id })),
          when(e.data.gone, db.delete(parents).where(eq(parents.id, e.data.id))),
        ],
      },
    });
    const run = new MemoryRun(definition).apply(happened({ id: 'p', parent: true, child: true }));
    expect(run.rows('SELECT * FROM children')).toHaveLength(1);
    expect(run.apply(happened({ id: 'p', gone: true })).rows('SELECT * FROM children')).toEqual([]);
    expect(() => run.apply(happened({ id: 'p', child: true }))).toThrow('FOREIGN KEY constraint failed');
  });

  it('may have odd names', () => {
    const odd = sqliteTable(
      `odd "na'me"`,
      { key: text(`the "key"`).primaryKey(), select: text('select'), made: text('constructor') },
      (table) => [index(`an 'index"`).on(table.select)],
    );
    const definition = projection({
      name: 'odd',
      events,
      views: { constructor: odd },
      search: { constructor: ['select'] },
      on: {
        happened: (e, db) =>
          db
            .insert(odd)
            .values({ key: e.data[`k"e'y`], select: e.data['ü 😀'], made: e.data['\n\t\0\\'] })
            .onConflictDoUpdate({ target: odd.key, set: { select: excluded(odd.select) } }),
      },
    });
    const run = new MemoryRun(definition);
    run.apply(happened({ [`k"e'y`]: 'a', 'ü 😀': 'one', '\n\t\0\\': 'x' }));
    run.apply(happened({ [`k"e'y`]: 'a', 'ü 😀': 'two' }));
    expect(run.rows(`SELECT "the ""key""" AS k, "select", constructor FROM "odd ""na'me"""`)).toEqual([
      { k: 'a', select: 'two', constructor: 'x' },
    ]);
  });

  it('have generated columns, composite keys, and keys that are one number', () => {
    const made = sqliteTable(
      'made',
      {
        a: integer().notNull(),
        b: integer().notNull(),
        sum: integer().generatedAlwaysAs(sql`a + b`, { mode: 'stored' }),
        text: text().generatedAlwaysAs((): ReturnType<typeof sql> => sql`${made.a} || '-' || ${made.b}`),
      },
      (table) => [primaryKey({ columns: [table.a, table.b] })],
    );
    const single = sqliteTable('single', { id: integer().notNull(), n: integer() }, (table) => [
      primaryKey({ columns: [table.id] }),
    ]);
    const definition = projection({
      name: 'made',
      events,
      views: { made, single },
      on: {
        happened: (e, db) => [
          db.insert(made).values({ a: e.data.a, b: e.data.b }),
          db
            .insert(single)
            .values({ id: e.data.a, n: 1 })
            .onConflictDoUpdate({ target: single.id, set: { n: 2 } }),
          db.delete(made).where(and(eq(made.a, 9), eq(made.sum, 10))),
        ],
      },
    });
    const run = new MemoryRun(definition).apply(happened({ a: 1, b: 2 }), happened({ a: 1, b: 3 }));
    expect(run.rows('SELECT * FROM made')).toEqual([
      { a: 1, b: 2, sum: 3, text: '1-2' },
      { a: 1, b: 3, sum: 4, text: '1-3' },
    ]);
    expect(run.rows('SELECT * FROM single')).toEqual([{ id: 1, n: 2 }]);
  });
});

describe('values of events', () => {
  it('come through unharmed: NUL in text, surrogates, large integers, floats', () => {
    const definition = projection({
      name: 'values',
      events,
      views: { seen },
      on: { happened: (e, db) => db.insert(seen).values({ what: e.data.value }) },
    });
    const values = ['a\0b', '😀', String(2 ** 53), '-0', '1e400', '', 'null', '{"a":1}'];
    const run = new MemoryRun(definition).apply(...values.map((value) => happened({ value })));
    expect(run.rows('SELECT what FROM seen ORDER BY n').map((row) => (row as { what: string }).what)).toEqual(
      values,
    );
  });

  it('are the whole data, where that is no object', () => {
    const definition = projection({
      name: 'whole',
      events,
      views: { seen },
      on: { happened: (e, db) => db.insert(seen).values({ what: e.data }) },
    });
    const run = new MemoryRun(definition).apply(
      happened('text'),
      happened(5),
      happened(null),
      happened({ a: 1 }),
    );
    expect(run.rows('SELECT what FROM seen ORDER BY n').map((row) => (row as { what: string }).what)).toEqual(
      ['text', '5', null, '{"a":1}'],
    );
  });

  it('are upcast from old schema versions, and left alone in the current one', () => {
    const definition = projection({
      name: 'versions',
      events,
      views: { seen },
      on: { versioned: (e, db) => db.insert(seen).values({ what: e.data.name }) },
    });
    const run = new MemoryRun(definition).apply(
      { type: 'versioned', data: 'one', schemaVersion: 1 },
      { type: 'versioned', data: { title: 'two' }, schemaVersion: 2 },
      { type: 'versioned', data: { name: 'three' } },
    );
    expect(run.rows('SELECT what FROM seen ORDER BY n')).toEqual([
      { what: 'one' },
      { what: 'two' },
      { what: 'three' },
    ]);
  });

  it('pass through functions of JavaScript', () => {
    const slug = fn('Slug', (title: string | null) => title?.toLowerCase().replaceAll(' ', '-') ?? null);
    const definition = projection({
      name: 'slugs',
      events,
      views: { seen },
      on: { happened: (e, db) => db.insert(seen).values({ what: slug(e.data.title) }) },
    });
    const run = new MemoryRun(definition).apply(happened({ title: 'A Tale' }), happened({}));
    expect(run.rows('SELECT what FROM seen ORDER BY n')).toEqual([{ what: 'a-tale' }, { what: null }]);
  });
});
