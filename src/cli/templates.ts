/** What `init` writes into package.json, where those members are missing. */
export function projectPackage(name: string, projectionist: string) {
  return {
    name:
      name
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]+/g, '-')
        .replace(/^[._-]+/, '') || 'read-models',
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'projectionist start --seed events.ndjson',
      dev: 'projectionist dev --seed events.ndjson',
      check: 'projectionist check',
      test: 'node --test',
      typecheck: 'tsc',
    } as Record<string, string>,
    dependencies: { 'drizzle-orm': '^0.45.0', projectionist: `^${projectionist}`, zod: '^4.0.0' } as Record<
      string,
      string
    >,
    // npm puts node_modules/.bin first, so every script runs on this Node, whatever the machine has.
    devDependencies: { '@types/node': '^24.0.0', node: '^24.0.0', typescript: '^7.0.0' } as Record<
      string,
      string
    >,
    allowScripts: { node: true, 'better-sqlite3': false },
  };
}

const CATALOGUE = `import { defineEvents } from 'projectionist';
import { z } from 'zod';

/** Every event type of this system, and the shape of its data. */
export const events = defineEvents({
  'order.placed': {
    schema: z.object({
      customerId: z.string(),
      items: z.array(z.object({ productId: z.string(), quantity: z.int().positive(), price: z.number() })).min(1),
    }),
  },
  'order.shipped': { schema: z.object({ carrier: z.string() }) },
  'order.cancelled': { schema: z.object({ reason: z.string() }) },
});
`;

const PROJECTION = `import { eq } from 'drizzle-orm';
import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { forEach, projection } from 'projectionist';
import { events } from './events.ts';

/** One row for each order. */
export const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  customerId: text('customer_id').notNull(),
  status: text({ enum: ['placed', 'shipped', 'cancelled'] }).notNull(),
  placedAt: text('placed_at').notNull(),
  carrier: text(),
});

/** One row for each item of an order. */
export const orderItems = sqliteTable(
  'order_items',
  {
    orderId: text('order_id').notNull(),
    productId: text('product_id').notNull(),
    quantity: integer().notNull(),
    price: real().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.productId] })],
);

// A handler runs once, when this file is loaded, with a symbolic event: it says what is to be done with every event.
// Save the file while \`npm run dev\` runs, and the views are built anew beside the live ones.
export default projection({
  name: 'orders',
  events,
  views: { orders, orderItems },
  on: {
    'order.placed': (e, db) => [
      db.insert(orders).values({ id: e.stream, customerId: e.data.customerId, status: 'placed', placedAt: e.time }),
      forEach(e.data.items, (item) =>
        db
          .insert(orderItems)
          .values({ orderId: e.stream, productId: item.productId, quantity: item.quantity, price: item.price }),
      ),
    ],
    'order.shipped': (e, db) =>
      db.update(orders).set({ status: 'shipped', carrier: e.data.carrier }).where(eq(orders.id, e.stream)),
    'order.cancelled': (e, db) => db.update(orders).set({ status: 'cancelled' }).where(eq(orders.id, e.stream)),
  },
});
`;

const EVENTS = [
  {
    id: 'evt-1',
    stream: 'order-1',
    type: 'order.placed',
    time: '2026-01-05T09:12:00.000Z',
    data: {
      customerId: 'ada',
      items: [
        { productId: 'cup', quantity: 2, price: 7.5 },
        { productId: 'tea', quantity: 1, price: 12 },
      ],
    },
  },
  {
    id: 'evt-2',
    stream: 'order-2',
    type: 'order.placed',
    time: '2026-01-05T10:40:00.000Z',
    data: { customerId: 'grace', items: [{ productId: 'tea', quantity: 3, price: 12 }] },
  },
  {
    id: 'evt-3',
    stream: 'order-1',
    type: 'order.shipped',
    time: '2026-01-06T08:00:00.000Z',
    data: { carrier: 'north-post' },
  },
  {
    id: 'evt-4',
    stream: 'order-3',
    type: 'order.placed',
    time: '2026-01-06T11:25:00.000Z',
    data: { customerId: 'ada', items: [{ productId: 'cup', quantity: 6, price: 7.5 }] },
  },
  {
    id: 'evt-5',
    stream: 'order-2',
    type: 'order.cancelled',
    time: '2026-01-06T12:00:00.000Z',
    data: { reason: 'changed her mind' },
  },
];

const TEST = `import { test } from 'node:test';
import { given } from 'projectionist/testing';
import projection, { orders } from './projections/orders.ts';

test('an order that is placed and shipped', () => {
  given(projection)
    .when([
      {
        stream: 'order-1',
        type: 'order.placed',
        time: '2026-01-05T09:12:00.000Z',
        data: { customerId: 'ada', items: [{ productId: 'cup', quantity: 2, price: 7.5 }] },
      },
      { stream: 'order-1', type: 'order.shipped', data: { carrier: 'north-post' } },
    ])
    .then(orders, [
      { id: 'order-1', customerId: 'ada', status: 'shipped', placedAt: '2026-01-05T09:12:00.000Z', carrier: 'north-post' },
    ]);
});
`;

const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
  },
  include: ['projections', '*.ts'],
};

/** The files of a new project, by their paths. */
export const PROJECT_FILES: Readonly<Record<string, string>> = {
  'projections/events.ts': CATALOGUE,
  'projections/orders.ts': PROJECTION,
  'orders.test.ts': TEST,
  'events.ndjson': `${EVENTS.map((event) => JSON.stringify(event)).join('\n')}\n`,
  'tsconfig.json': `${JSON.stringify(TSCONFIG, null, 2)}\n`,
  '.gitignore': 'node_modules/\ndata/\n',
};
