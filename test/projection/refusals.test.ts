import { eq, sql } from 'drizzle-orm';
import { alias, blob, index, integer, real, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, forEach, must, projection, when } from 'projectionist';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HandlerDatabase } from '../../src/projection/handler-database.ts';
import { problemsOf } from './memory-run.ts';

const events = defineEvents({
  'order.placed': {
    schema: z.object({
      orderId: z.string(),
      total: z.number(),
      paid: z.boolean(),
      coupon: z.string().optional(),
      at: z.iso.datetime(),
      code: z.string().regex(/^\d+$/),
      customer: z.object({ name: z.string() }),
      items: z.array(z.object({ sku: z.string() })),
    }),
  },
  'order.shipped': { schema: z.object({ orderId: z.string() }) },
});

const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  total: real(),
  count: integer(),
  at: integer({ mode: 'timestamp' }),
  atMs: integer('at_ms', { mode: 'timestamp_ms' }),
  bytes: blob({ mode: 'buffer' }),
  flag: integer({ mode: 'boolean' }),
  json: text({ mode: 'json' }),
});
const customers = sqliteTable('customers', { id: text().primaryKey(), name: text() });

// oxlint-disable-next-line typescript/no-explicit-any -- these handlers are wrong on purpose, as JavaScript's may be
type Anything = any;
type AnyHandler = (e: Anything, db: HandlerDatabase) => unknown;

/** The problems of a projection whose only handler this is, checked to name projection and event type. */
function problemsWith(handler: unknown, type = 'order.placed'): string {
  const problems = problemsOf({
    ...projection({ name: 'shop', events, views: { orders }, on: {} }),
    on: { [type]: handler },
  });
  for (const problem of problems) expect(problem).toContain(`projection shop › ${type}: `);
  return problems.join('\n');
}

const refuses = (name: string, handler: AnyHandler, ...parts: readonly (string | RegExp)[]) =>
  // oxlint-disable-next-line vitest/valid-title -- each call names its test
  it(name, () => {
    const problems = problemsWith(handler);
    expect(problems).toContain('try: ');
    for (const part of parts) expect(problems).toMatch(part);
  });

describe('what a trigger cannot hold', () => {
  refuses(
    'RETURNING',
    (_, db) => db.delete(orders).returning(),
    'RETURNING',
    /statement: delete from "orders"/,
    'Drop .returning()',
  );
  refuses(
    'WITH before a statement',
    (_, db) => {
      const some = db.$with('some').as(db.select({ id: orders.id }).from(orders));
      return db.with(some).delete(orders);
    },
    'begins with WITH',
    'as a subquery',
  );
  refuses('LIMIT on delete', (_, db) => db.delete(orders).limit(1), 'LIMIT', 'subquery in .where');
  refuses(
    'LIMIT on update',
    (_, db) => db.update(orders).set({ count: 1 }).orderBy(orders.id).limit(1),
    'LIMIT',
  );
  refuses(
    'a semicolon',
    (_, db) => db.delete(orders).where(sql`1; delete from orders`),
    'semicolon',
    'as an array',
  );
  refuses(
    'a placeholder',
    (_, db) => db.delete(orders).where(eq(orders.id, sql.placeholder('id'))),
    'sql.placeholder',
  );
  refuses(
    'a path as the list of IN',
    (e, db) => db.delete(orders).where(sql`${orders.id} in ${e.data.items}`),
    'one value and no list',
    'json_each',
  );
  refuses(
    'inlineParams',
    (e, db) => db.delete(orders).where(sql`${e.data.paid}`.inlineParams()),
    'inlineParams',
  );
});

describe('what a replay would not repeat', () => {
  const clocks = [
    'random()',
    'hex(randomblob(4))',
    "datetime('now')",
    "DateTime ( 'now' , '-1 day')",
    'CURRENT_TIMESTAMP',
    'current_date',
    "strftime('%s')",
    "strftime('%s', 'now')",
    'unixepoch()',
    "unixepoch('subsec')",
    "datetime(NEW.time, 'localtime')",
    "date(NEW.time, 'utc')",
    'last_insert_rowid()',
    'changes()',
  ];
  for (const clock of clocks) {
    refuses(
      clock,
      (_, db) => db.delete(orders).where(sql`1 = ${sql.raw(clock)}`),
      'another answer at each replay',
      'e.time',
      /statement: delete/,
    );
  }

  it.each([
    `'random()'`,
    `"current_date"`,
    `-- random()\n 1`,
    "date(NEW.time, 'start of month')",
    "strftime('%Y', NEW.time)",
    "unixepoch(NEW.time, 'subsec')",
    `t.random`,
  ])('but leaves %s alone', (text) => {
    const problems = problemsWith((_: Anything, db: HandlerDatabase) =>
      db.delete(orders).where(sql.raw(text)),
    );
    expect(problems).toBe('');
  });

  it.each([
    ['a default', sqliteTable('t', { id: text().primaryKey(), at: text().default(sql`CURRENT_TIMESTAMP`) })],
    ['$defaultFn', sqliteTable('t', { id: text().primaryKey(), at: text().$defaultFn(() => 'x') })],
    ['$onUpdate', sqliteTable('t', { id: text().primaryKey(), at: text().$onUpdate(() => 'x') })],
    [
      'a generated column',
      sqliteTable('t', { id: text().primaryKey(), at: text().generatedAlwaysAs(sql`datetime('now')`) }),
    ],
    [
      'an index',
      sqliteTable('t', { id: text().primaryKey() }, (t) => [index('i').on(sql`random() + ${t.id}`)]),
    ],
  ])('nor hidden in %s', (_, table) => {
    const definition = projection({
      name: 'shop',
      events,
      views: { table },
      on: { 'order.placed': (e, db) => db.insert(table).values({ id: e.data.orderId }) },
    });
    expect(problemsOf(definition).join()).toMatch(
      /CURRENT_TIMESTAMP|current_timestamp|\$defaultFn|\$onUpdateFn|datetime\('now'\)|random\(\)/,
    );
  });
});

describe('names', () => {
  it('an unknown event type, with the one that was meant', () => {
    expect(problemsWith((_: Anything, db: HandlerDatabase) => db.delete(orders), 'order.plcaed')).toMatch(
      /"order.plcaed" is not in the catalogue\n {4}try: Did you mean order.placed\?/,
    );
  });
  it('two handlers of one type', () => {
    const definition = projection({
      name: 'shop',
      events,
      views: { orders },
      on: {
        'order.placed': (_, db) => db.delete(orders),
        'order.shipped, order.placed': (_, db) => db.delete(orders),
      },
    });
    expect(problemsOf(definition).join()).toContain('order.placed has two handlers');
  });
  refuses(
    'an unknown path',
    (e, db) => db.delete(orders).where(eq(orders.id, e.data.orderID)),
    'e.data.orderID',
    'Did you mean orderId',
    'It has orderId, total',
  );
  refuses(
    'an unknown nested path',
    (e, db) => db.delete(orders).where(eq(orders.id, e.data.customer.nmae)),
    'e.data.customer.nmae',
    'Did you mean name',
  );
  refuses(
    'an unknown path of an item',
    (e, db) => forEach(e.data.items, (item: Anything) => db.insert(orders).values({ id: item.sk })),
    /e\.data\.items\[\]\.sk\b/,
    'Did you mean sku',
  );
  refuses(
    'the length of an array',
    (e, db) => db.insert(orders).values({ id: e.id, count: e.data.items.length }),
    'json_array_length(${e.data.items})',
  );
  refuses(
    'an unknown member of the event',
    (e, db) => db.delete(orders).where(eq(orders.id, e.body)),
    'no member body',
  );
  refuses(
    'an unknown column',
    (e, db) => db.insert(orders).values({ id: e.id, totl: 1 } as never),
    'orders has no column totl',
    'Did you mean total',
  );
  refuses(
    'an unknown column in a conflict',
    (e, db) =>
      db
        .insert(orders)
        .values({ id: e.id })
        .onConflictDoUpdate({ target: orders.id, set: { totl: 1, total: 2 } as never }),
    'no column totl',
  );
  refuses(
    'columns left out that cannot be NULL',
    (_, db) => db.insert(orders).values({ total: 1 } as never),
    'leaves out id',
  );
});

describe('tables', () => {
  refuses(
    'writing a foreign one',
    (_, db) => db.delete(customers),
    'the delete writes customers',
    'Add customers to views',
  );
  refuses(
    'reading a foreign one',
    (_, db) =>
      db.delete(orders).where(sql`${orders.id} in ${db.select({ id: customers.id }).from(customers)}`),
    'reads customers',
  );
  refuses(
    'through an alias',
    (_, db) => {
      const other = alias(customers, 'other');
      return db.delete(orders).where(sql`${orders.id} in ${db.select({ id: other.id }).from(other)}`);
    },
    'reads customers',
  );
  refuses(
    'through a join',
    (_, db) =>
      db
        .delete(orders)
        .where(
          sql`exists ${db.select({ id: orders.id }).from(orders).leftJoin(customers, eq(orders.id, customers.id))}`,
        ),
    'reads customers',
  );
  refuses(
    'in UPDATE FROM',
    (_, db) => db.update(orders).set({ count: 1 }).from(customers).where(eq(customers.id, orders.id)),
    'reads customers',
  );
  refuses(
    'in a condition of when',
    (_, db) => when(sql`exists (select 1 from ${customers})`, db.delete(orders)),
    'reads customers',
  );
  refuses(
    'in an insert from a select',
    (_, db) => db.insert(orders).select(sql`select * from ${customers}`),
    'reads customers',
  );
  refuses(
    'an SQL view',
    (_, db) => {
      const view = sqliteView('open_orders').as((query) => query.select().from(orders));
      return db.delete(orders).where(sql`exists (select 1 from ${view})`);
    },
    'reads open_orders',
    'sqliteView',
  );
});

describe('types that a column can never keep', () => {
  const insert =
    (values: (e: Anything) => object): AnyHandler =>
    (e, db) =>
      db.insert(orders).values({ id: e.id, ...values(e) });
  refuses(
    'text in a number',
    insert((e) => ({ count: e.data.orderId })),
    'e.data.orderId is text',
    'orders.count',
  );
  refuses(
    'text in a timestamp',
    insert((e) => ({ at: e.time })),
    'e.time is text',
    /unixepoch\(\$\{e\.time\}\)/,
  );
  refuses(
    'text in a timestamp of milliseconds',
    insert((e) => ({ atMs: e.data.at })),
    /unixepoch\(\$\{e\.data\.at\}, 'subsec'\)/,
  );
  refuses(
    'an object in a number',
    insert((e) => ({ total: e.data.customer })),
    'is an object',
  );
  refuses(
    'anything in bytes',
    insert((e) => ({ bytes: e.data.total })),
    'JSON has no bytes',
  );
  refuses('in an update', (e, db) => db.update(orders).set({ count: e.data.orderId }), 'orders.count');
  refuses('a text as a condition', (e, db) => when(e.data.coupon, db.delete(orders)), 'is text', 'isNotNull');
  refuses('a text as an array', (e, db) => forEach(e.data.orderId, () => db.delete(orders)), 'has no items');

  it('but not where it may', () => {
    const handler: AnyHandler = (e, db) => [
      db.insert(orders).values({
        id: e.version,
        count: e.data.code,
        total: e.data.total,
        flag: e.data.paid,
        json: e.data.customer,
      }),
      db
        .update(orders)
        .set({ count: e.data.total, json: e.data.orderId, total: e.metadata.x, at: e.position }),
      when(e.data.paid, db.delete(orders)),
      when(e.metadata.x, db.delete(orders)),
    ];
    expect(problemsWith(handler)).toBe('');
  });
});

describe('paths as values of JavaScript', () => {
  const value =
    (use: (e: Anything) => unknown): AnyHandler =>
    (e, db) =>
      db.insert(orders).values({ id: use(e) as string });
  const used = 'was used as a JavaScript value';
  refuses(
    'a template literal',
    value((e) => `${e.data.orderId}!`),
    `e.data.orderId ${used}`,
    'fn',
  );
  refuses(
    'a sum',
    value((e) => e.data.total + 1),
    used,
  );
  refuses(
    'a product',
    value((e) => e.data.total * 2),
    used,
  );
  refuses(
    'String()',
    value((e) => String(e.data.total)),
    used,
  );
  refuses(
    'JSON.stringify',
    value((e) => JSON.stringify(e.data)),
    used,
  );
  refuses(
    'a method',
    value((e) => e.data.orderId.toUpperCase()),
    /toUpperCase\(\) was called at load/,
    'fn',
  );
  refuses(
    'map',
    (e, db) => e.data.items.map((item: Anything) => db.insert(orders).values({ id: item.sku })),
    /map\(\) was called/,
    'forEach',
  );
  refuses(
    'a loop',
    (e, db) => {
      const all = [];
      for (const item of e.data.items) all.push(db.insert(orders).values({ id: item.sku }));
      return all;
    },
    'looped over',
    /forEach\(e\.data\.items/,
  );
  refuses(
    'a spread of an array',
    value((e) => [...e.data.items]),
    'looped over',
  );
  refuses('a spread of an object', (e, db) => db.insert(orders).values({ ...e.data }), 'listed or spread');
  refuses(
    'an assignment',
    value((e) => (e.data.total = 5)),
    'assigned to',
  );
});

describe('decisions of JavaScript', () => {
  const when_ = /Write when\(/;
  const decided = 'decided once, at load';
  refuses(
    'if',
    (e, db) => {
      if (e.data.paid) return db.delete(orders);
      return [];
    },
    /`if` was applied to e\.data\.paid/,
    decided,
    when_,
  );
  refuses(
    'if, within a condition',
    (e, db) => {
      const on = true;
      if (on && e.data.paid) return db.delete(orders);
      return [];
    },
    decided,
  );
  refuses('?:', (e, db) => (e.data.paid ? db.delete(orders) : []), /`\?:`/, decided);
  refuses('??', (e, db) => db.insert(orders).values({ id: e.data.coupon ?? 'x' }), /`\?\?`/, 'coalesce');
  refuses('||', (e, db) => db.insert(orders).values({ id: e.data.coupon || 'x' }), /`\|\|`/, 'coalesce');
  refuses('&&', (e, db) => e.data.paid && db.delete(orders), /`&&`/);
  refuses('!', (e, db) => when(sql`${!e.data.paid}`, db.delete(orders)), /`!`/);
  refuses('===', (e, db) => db.insert(orders).values({ id: e.id, flag: e.data.total === 5 }), /`===`/);
  refuses('<', (e, db) => db.insert(orders).values({ id: e.id, flag: 5 < e.data.total }), /`<`/);
  refuses(
    'switch',
    (e, db) => {
      switch (e.data.coupon) {
        default:
          return db.delete(orders);
      }
    },
    /`switch`/,
  );
  refuses(
    'while',
    (e, db) => {
      while (e.data.paid) return db.delete(orders);
      return [];
    },
    /`while`/,
  );
  refuses(
    'a default',
    ({ data: { coupon = 'x' } }, db) => db.insert(orders).values({ id: coupon }),
    /`=` was applied to coupon/,
    'coalesce',
  );
  refuses(
    'Boolean()',
    (e, db) => db.insert(orders).values({ id: e.id, flag: Boolean(e.data.paid) }),
    /`Boolean\(\)`/,
  );
  refuses(
    'on a part under another name',
    ({ data }, db) => {
      const {
        items: [first],
      } = { items: [data.paid] };
      const paid = data.paid;
      return paid ? db.delete(orders) : [first];
    },
    /`\?:` was applied to paid/,
  );
  refuses(
    'on an item',
    (e, db) => forEach(e.data.items, (item: Anything) => (item.sku ? db.delete(orders) : [])),
    /`\?:` was applied to item\.sku/,
  );

  it('but not on values that are known at load', () => {
    const isTest = false;
    const handler: AnyHandler = (e, db) => {
      const ids = ['a', 'b'].filter((e) => e !== 'b');
      if (isTest) return [];
      return ids.map((id) => (id === 'a' ? db.delete(orders).where(eq(orders.id, e.data.orderId)) : []));
    };
    expect(problemsWith(handler)).toBe('');
  });
});

describe('what a handler returns', () => {
  // oxlint-disable-next-line typescript/require-await -- that is the mistake
  refuses('a promise', async (_, db) => db.delete(orders), 'asynchronous');
  refuses('nothing', () => undefined, 'returned no statement');
  refuses('a select', (_, db) => db.select().from(orders), 'returned a select');
  refuses(
    'a select inside must',
    (_, db) => must(db.select().from(orders) as never),
    'takes one insert, update or delete',
  );
  refuses('an unfinished insert', (_, db) => db.insert(orders), 'is no statement');
  refuses('a text', () => 'delete from orders', 'which is no statement');
  refuses(
    'fewer statements than it began',
    (_, db) => {
      db.delete(orders);
      return db.delete(orders);
    },
    'began 2 statements and returned 1',
    'as an array',
  );
  refuses(
    'a statement that it ran',
    (_, db) => {
      void db.delete(orders).run();
      return [];
    },
    'ran a statement',
  );
  it('no function at all', () => {
    expect(problemsWith('x')).toContain('the handler is no function');
  });
});

describe('definitions', () => {
  const whole = {
    name: 'shop',
    events,
    views: { orders },
    on: { 'order.placed': (_: Anything, db: HandlerDatabase) => db.delete(orders) },
  };
  const withViews = (views: object, search = {}) =>
    problemsOf(projection({ ...whole, views, search } as never)).join('\n');

  it.each([
    ['a name', { name: 'My Shop' }, 'is no name for a projection'],
    ['a catalogue', { events: {} }, 'events is no catalogue'],
    ['views', { views: {} }, 'there are no views'],
    ['handlers', { on: {} }, 'there are no handlers'],
    ['tables', { views: { orders: {} } }, 'views.orders is no Drizzle table'],
    ['views to search', { search: { order: ['id'] } }, 'search names the view order'],
    ['columns to search', { search: { orders: ['idd'] } }, 'search names idd'],
  ])('need %s', (_, change, message) => {
    expect(problemsOf(projection({ ...whole, ...change } as never)).join()).toContain(message);
  });

  it.each(['feed', 'FEED_1', 'sqlite_stat', 'projectionist_checkpoint'])(
    'keep the name %s for themselves',
    (name) => {
      expect(withViews({ orders, other: sqliteTable(name, { id: text() }) })).toContain('keeps for itself');
    },
  );

  it('tell no names apart by case', () => {
    expect(withViews({ orders, other: sqliteTable('Orders', { id: text() }) })).toContain(
      'have the same name',
    );
    expect(withViews({ orders: sqliteTable('orders', { a: text(), b: text('A') }) })).toContain(
      'two columns named A',
    );
    const indexed = (name: string) => sqliteTable(name, { id: text() }, (t) => [index('by_id').on(t.id)]);
    expect(withViews({ a: indexed('a'), b: indexed('b') })).toContain(
      'the index by_id of b and the index by_id of a',
    );
  });

  it('leave the names of full-text tables free', () => {
    const searched = { orders, other: sqliteTable('orders_search', { id: text() }) };
    expect(withViews(searched, { orders: ['id'] })).toContain('the full-text index of orders');
  });

  it('refuse foreign keys to other projections', () => {
    const lines = sqliteTable('lines', { id: text().references(() => customers.id) });
    expect(withViews({ orders, lines })).toContain('lines has a foreign key to customers');
  });

  it('refuse two functions of one name, and functions without a source', () => {
    const definition = (first: (value: string) => string, second: (value: string) => string) =>
      projection({
        ...whole,
        on: {
          'order.placed': (e: Anything, db: HandlerDatabase) =>
            db.insert(orders).values({ id: fn('same', first)(fn('Same', second)(e.id)) }),
        },
      } as never);
    const identity = (value: string) => value;
    expect(problemsOf(definition(identity, identity))).toEqual([]);
    expect(problemsOf(definition(identity, (value) => value.trim())).join()).toContain(
      'two functions are named',
    );
    const bound = identity.bind(null);
    expect(problemsOf(definition(bound, bound)).join()).toContain(
      'The source of a bound function cannot be read',
    );
  });

  it('have all their problems reported together', () => {
    const definition = projection({
      name: 'shop',
      events,
      views: { orders, feed: sqliteTable('feed', { id: text() }) },
      on: {
        'order.placed': (e: Anything, db: HandlerDatabase) => [
          db.delete(customers).returning(),
          db.delete(orders).where(eq(orders.id, e.data.nope)),
        ],
        'order.shipped': (_: Anything, db: HandlerDatabase) => db.delete(orders).where(sql`random()`),
        'order.lost': (_: Anything, db: HandlerDatabase) => db.delete(orders),
      },
    } as never);
    const problems = problemsOf(definition);
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toMatch(
      /keeps for itself[^]*writes customers[^]*RETURNING[^]*nope[^]*order\.lost[^]*random/,
    );
  });

  it('report what several types share once', () => {
    const both = {
      'order.placed, order.shipped': (_: Anything, db: HandlerDatabase) =>
        db.delete(orders).where(sql`random()`),
    };
    expect(problemsOf(projection({ ...whole, on: both } as never))).toHaveLength(1);
  });
});
