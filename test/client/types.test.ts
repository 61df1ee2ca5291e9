import { blob, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection, query } from 'projectionist';
import { createClient } from 'projectionist/client';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type ordersProjection from '../../projections/orders.ts';
import type productsProjection from '../../projections/products.ts';

// What matters here is checked by the compiler: `@ts-expect-error` is an error where the next line has none.

const kinds = sqliteTable('kinds', {
  id: text().primaryKey(),
  at: integer('at_time', { mode: 'timestamp' }).notNull(),
  isDone: integer({ mode: 'boolean' }),
  big: blob({ mode: 'bigint' }).notNull(),
  bytes: blob({ mode: 'buffer' }),
  tags: text({ mode: 'json' }).$type<string[]>().notNull(),
  share: real(),
});
const kindsProjection = projection({
  name: 'kinds',
  events: defineEvents({ 'kind.seen': { schema: z.strictObject({ id: z.string() }) } }),
  views: { kinds },
  on: { 'kind.seen': () => [] },
});

const queries = {
  best: query({ limit: z.coerce.number().default(10) }, (_, db) =>
    db.select({ id: kinds.id, at: kinds.at }).from(kinds),
  ),
  of: query({ id: z.string() }, (_, db) => db.select({ id: kinds.id }).from(kinds)),
};

type Shop = { orders: typeof ordersProjection; products: typeof productsProjection };
const client = createClient<Shop>('http://localhost');
const kindClient = createClient<[typeof kindsProjection]>('http://localhost');
const queryClient =
  createClient<[Omit<typeof kindsProjection, 'queries'> & { queries: typeof queries }]>('http://localhost');

type RowsOf<Query extends PromiseLike<unknown>> = Awaited<Query>;

describe('the types of a client', () => {
  it('know the rows of views by the names that SQL has for them', () => {
    const orders = () => client.view('orders');
    type Order = RowsOf<ReturnType<typeof orders>>[number];
    expectTypeOf<Order['customer_id']>().toEqualTypeOf<string>();
    expectTypeOf<Order['carrier']>().toEqualTypeOf<string | null>();
    expectTypeOf<Order['total_cents']>().toEqualTypeOf<number>();
    expectTypeOf<Order['status']>().toEqualTypeOf<
      'placed' | 'paid' | 'shipped' | 'delivered' | 'cancelled'
    >();
    expectTypeOf<Order>().not.toHaveProperty('customerId');
    const narrowed = () => client.view('orders').select('id', 'placed_at');
    expectTypeOf<RowsOf<ReturnType<typeof narrowed>>>().toEqualTypeOf<Pick<Order, 'id' | 'placed_at'>[]>();
    expect(client).toBeTypeOf('object');
  });

  it('have the JSON form of every kind of column', () => {
    const all = () => kindClient.view('kinds');
    expectTypeOf<RowsOf<ReturnType<typeof all>>[number]>().toEqualTypeOf<{
      id: string;
      at_time: string;
      isDone: boolean | null;
      big: string;
      bytes: string | null;
      tags: string[];
      share: number | null;
    }>();
    const right = () => [
      kindClient.view('kinds').gt('at_time', new Date()).eq('big', 10n).eq('isDone', true),
      kindClient
        .view('kinds')
        .eq('bytes', new Uint8Array([1]))
        .eq('tags->0', 'a')
        .in('share', [0.5, 1]),
      kindClient.view('kinds').contains('tags', ['a']).containedIn('tags', ['a']).overlaps('tags', ['a']),
      kindClient.view('kinds').contains('tags->0', { of: 'a tag' }),
      kindClient.view('kinds').anyOf('at_time', 'gt', [new Date()]).isDistinct('share', 1),
      kindClient.view('kinds').is('share', 'not_null').is('isDone', 'unknown'),
    ];
    expect(right).toBeTypeOf('function');
  });

  it('know the parameters and rows of named queries, where definitions tell them', () => {
    const best = () => queryClient.query('best');
    expectTypeOf<RowsOf<ReturnType<typeof best>>[number]>().toEqualTypeOf<{ id: string; at: string }>();
    const calls = () => [
      queryClient.query('best', { limit: 3 }),
      queryClient.query('of', { id: 'a' }),
      // @ts-expect-error -- a query that is not there
      queryClient.query('worst'),
      // @ts-expect-error -- a parameter of the wrong type
      queryClient.query('best', { limit: 'three' }),
      // @ts-expect-error -- a parameter left out that must be given
      queryClient.query('of'),
      kindClient.query('anything', { at: 'all' }),
    ];
    expect(calls).toBeTypeOf('function');
  });

  it('refuse what is not there', () => {
    const wrong = () => [
      // @ts-expect-error -- a view that no definition has
      client.view('ordes'),
      // @ts-expect-error -- a view by its name in TypeScript
      client.view('orderLines'),
      // @ts-expect-error -- a column that the view lacks
      client.view('orders').eq('nope', 1),
      // @ts-expect-error -- a column by its name in TypeScript
      client.view('orders').eq('customerId', 'c'),
      // @ts-expect-error -- a value of the wrong type
      client.view('orders').eq('total_cents', 'many'),
      // @ts-expect-error -- a value that the column does not list
      client.view('orders').eq('status', 'lost'),
      // @ts-expect-error -- one of several that it does not list
      client.view('orders').in('status', ['paid', 'lost']),
      // @ts-expect-error -- any of several that it does not list
      client.view('orders').anyOf('status', 'eq', ['lost']),
      // @ts-expect-error -- an operator that takes one value
      client.view('orders').anyOf('status', 'isdistinct', ['paid']),
      // @ts-expect-error -- a regular expression as an object: its syntax is another
      client.view('orders').match('status', /paid/),
      // @ts-expect-error -- a list of another type than the column's
      kindClient.view('kinds').contains('tags', [1]),
      // @ts-expect-error -- the same
      kindClient.view('kinds').overlaps('tags', [1]),
      // @ts-expect-error -- a path into a column, which no index is over
      kindClient.view('kinds').search('tags->0', 'a'),
      // @ts-expect-error -- no way to read a search
      client.view('orders').search('status', 'paid', { as: 'regex' }),
      // @ts-expect-error -- nothing that a field may be
      client.view('orders').is('status', 'empty'),
      // @ts-expect-error -- no way to count
      client.view('orders').withMeta({ count: 'roughly' }),
      // @ts-expect-error -- nothing equals null
      client.view('orders').eq('carrier', null),
      // @ts-expect-error -- a column to order by that the view lacks
      client.view('orders').order('nope'),
      // @ts-expect-error -- a column to select that the view lacks
      client.view('orders').select('nope'),
      // @ts-expect-error -- the same in a group
      client.view('orders').or((is) => [is.eq('nope', 1)]),
      // @ts-expect-error -- a column that was not selected
      async () => (await client.view('orders').select('id'))[0]?.status,
      // @ts-expect-error -- an event type that no catalogue has
      client.append('order-1', { type: 'order.lost', data: {} }),
      // @ts-expect-error -- data of another type
      client.append('order-1', { type: 'order.paid', data: { amount: 'much', method: 'card' } }),
      // @ts-expect-error -- data that is not whole
      client.append('order-1', [{ type: 'order.paid', data: { amount: 5 } }]),
      // @ts-expect-error -- events of several streams name theirs
      client.appendAll([{ type: 'order.delivered', data: {} }]),
    ];
    const right = () => client.append('order-1', { type: 'order.paid', data: { amount: 5, method: 'card' } });
    expect([wrong, right]).toHaveLength(2);
  });

  it('take anything where no definitions are given', () => {
    const anything = () => createClient('http://localhost').view('orders').eq('whatever', 1).order('x');
    expectTypeOf<RowsOf<ReturnType<typeof anything>>[number]>().toEqualTypeOf<{
      readonly [name: string]: unknown;
    }>();
    expect(anything).toBeTypeOf('function');
  });
});
