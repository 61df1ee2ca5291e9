import { eq } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { must, projection } from 'projectionist';
import { events } from './events.ts';

export const orders = sqliteTable(
  'orders',
  {
    id: text().primaryKey(),
    customer: text().notNull(),
    product: text().notNull(),
    placedAt: text('placed_at').notNull(),
    shippedAt: text('shipped_at'),
  },
  (table) => [index('orders_placed_at').on(table.placedAt)],
);

export default projection({
  name: 'orders',
  events,
  views: { orders },
  on: {
    'order.placed': (e, db) =>
      db
        .insert(orders)
        .values({ id: e.stream, customer: e.data.customer, product: e.data.product, placedAt: e.time }),
    'order.shipped': (e, db) =>
      must(db.update(orders).set({ shippedAt: e.time }).where(eq(orders.id, e.stream))),
  },
});
