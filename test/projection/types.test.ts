import { eq, type SQL, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import {
  defineEvents,
  type EventOf,
  excluded,
  field,
  fn,
  forEach,
  must,
  projection,
  when,
} from 'projectionist';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { compiled } from './memory-run.ts';

// What matters here is checked by the compiler: `@ts-expect-error` is an error where the next line has none.

const events = defineEvents({
  placed: {
    schema: z.object({
      id: z.string(),
      total: z.number(),
      note: z.string().optional(),
      as: z.string().nullable(),
      lines: z.array(z.object({ sku: z.string(), count: z.number() })),
      origin: z.union([z.object({ web: z.string() }), z.object({ shop: z.number() })]).optional(),
      target: z.union([z.string(), z.object({ name: z.string() })]),
      rates: z.record(z.string(), z.number()),
    }),
  },
  shipped: { schema: z.object({ id: z.string(), carrier: z.string() }) },
});
const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  status: text({ enum: ['new', 'old'] }),
  n: integer(),
});
const base = { name: 'types', events, views: { orders } } as const;

describe('the types of a definition', () => {
  it('know fields, optional ones as nullable, and what unions have in any member', () => {
    const definition = projection({
      ...base,
      on: {
        placed: (e, db) => {
          expectTypeOf(e.data.id).toEqualTypeOf<SQL<string>>();
          expectTypeOf(e.data.note).toEqualTypeOf<SQL<string | null>>();
          expectTypeOf(e.data.origin.web).toEqualTypeOf<SQL<string | null>>();
          expectTypeOf(e.data.origin.shop).toEqualTypeOf<SQL<number | null>>();
          expectTypeOf(e.data.target.name).toEqualTypeOf<SQL<string | null>>();
          expectTypeOf(field(e.data, 'as')).toEqualTypeOf<SQL<string | null>>();
          expectTypeOf(field(e.data.lines, 0)).toHaveProperty('sku');
          expectTypeOf(e.metadata.anything.at.all).toBeAny();
          expectTypeOf(excluded(orders.id)).toEqualTypeOf<SQL<string>>();
          expectTypeOf(excluded(orders.n)).toEqualTypeOf<SQL<number | null>>();
          return [
            forEach(e.data.lines, (line, index) => {
              expectTypeOf(line.sku).toEqualTypeOf<SQL<string>>();
              expectTypeOf(index).toEqualTypeOf<SQL<number>>();
              return must(db.update(orders).set({ n: line.count }).where(eq(orders.id, line.sku)));
            }),
            forEach(e.data.rates, (rate) => {
              expectTypeOf(rate).toEqualTypeOf<SQL<number>>();
              return db.update(orders).set({ n: sql`${rate}` });
            }),
            when(eq(e.data.total, 5), db.delete(orders)),
          ];
        },
      },
    });
    expect(compiled(definition).program.types).toEqual([{ type: 'placed', schemaVersion: 1 }]);
  });

  it('give a handler of several types the fields of all of them', () => {
    const definition = projection({
      ...base,
      on: {
        'placed, shipped': (e, db) => {
          expectTypeOf(e.data.id).toEqualTypeOf<SQL<string>>();
          expectTypeOf(e.data.carrier).toEqualTypeOf<SQL<string | null>>();
          return db.delete(orders).where(eq(orders.id, e.data.id));
        },
      },
    });
    expect(compiled(definition).program.types.map(({ type }) => type)).toEqual(['placed', 'shipped']);
  });

  it('refuse what is not there', () => {
    const shout = fn('shout', (word: string) => word.toUpperCase());
    const wrong = () => [
      // @ts-expect-error -- an event type that the catalogue lacks
      projection({ ...base, on: { plcaed: (_, db) => db.delete(orders) } }),
      // @ts-expect-error -- one of several that it lacks
      projection({ ...base, on: { 'placed, lost': (_, db) => db.delete(orders) } }),
      // @ts-expect-error -- a field that the schema lacks
      projection({ ...base, on: { placed: (e, db) => db.delete(orders).where(eq(orders.id, e.data.nope)) } }),
      projection({
        ...base,
        on: {
          placed: (e, db) =>
            // @ts-expect-error -- a field that an item lacks
            forEach(e.data.lines, (line) => db.delete(orders).where(eq(orders.id, line.nope))),
        },
      }),
      // @ts-expect-error -- a column that the table lacks
      projection({ ...base, on: { placed: (e, db) => db.insert(orders).values({ id: e.id, nope: 1 }) } }),
      // @ts-expect-error -- a column left out that cannot be null
      projection({ ...base, on: { placed: (_, db) => db.insert(orders).values({ n: 1 }) } }),
      // @ts-expect-error -- a literal of the wrong type
      projection({ ...base, on: { placed: (e, db) => db.insert(orders).values({ id: e.id, n: 'one' }) } }),
      // @ts-expect-error -- a value that the column does not list
      projection({ ...base, on: { placed: (_, db) => db.update(orders).set({ status: 'odd' }) } }),
      // @ts-expect-error -- a select is no statement
      projection({ ...base, on: { placed: (_, db) => db.select().from(orders) } }),
      // @ts-expect-error -- nothing is no statement
      projection({ ...base, on: { placed: () => undefined } }),
      // @ts-expect-error -- a member that events lack
      projection({ ...base, on: { placed: (e, db) => db.delete(orders).where(eq(orders.id, e.body)) } }),
      // @ts-expect-error -- a column to search that the view lacks
      projection({ ...base, on: { placed: (_, db) => db.delete(orders) }, search: { orders: ['nope'] } }),
      // @ts-expect-error -- an argument of the wrong type
      shout(5),
    ];
    expect(wrong).toBeTypeOf('function');
  });
});

describe('an event to append', () => {
  it('has the data of its type', () => {
    const right = { type: 'shipped', data: { id: 'a', carrier: 'b' }, id: 'e-1' } satisfies EventOf<
      typeof events
    >;
    const wrong = [
      // @ts-expect-error -- a type that the catalogue lacks
      { type: 'lost', data: {} } satisfies EventOf<typeof events>,
      // @ts-expect-error -- a member left out
      { type: 'shipped', data: { id: 'a' } } satisfies EventOf<typeof events>,
      // @ts-expect-error -- a member too many
      { type: 'shipped', data: { id: 'a', carrier: 'b', when: 1 } } satisfies EventOf<typeof events>,
    ];
    expect([right, wrong]).toHaveLength(2);
  });
});
