import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { forEach, projection } from 'projectionist';
import { orderCatalogue } from './order-events.ts';

export const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  customerId: text('customer_id').notNull(),
  status: text().notNull(),
  total: integer().notNull(),
  placedAt: text('placed_at').notNull(),
  shippedAt: text('shipped_at'),
});

export const stock = sqliteTable('stock', {
  productId: text('product_id').primaryKey(),
  reserved: integer().notNull(),
});

/** Two views: one row for each stream, and counters by another key, fed from each item of an order. */
export default projection({
  name: 'orders',
  events: orderCatalogue,
  views: { orders, stock },
  on: {
    'order.placed': (e, db) => [
      db.insert(orders).values({
        id: e.stream,
        customerId: e.data.customerId,
        status: 'placed',
        total: e.data.total,
        placedAt: e.time,
      }),
      forEach(e.data.items, (item) =>
        db
          .insert(stock)
          .values({ productId: item.productId, reserved: item.quantity })
          .onConflictDoUpdate({
            target: stock.productId,
            set: { reserved: sql`${stock.reserved} + excluded.reserved` },
          }),
      ),
    ],
    'order.paid': (e, db) => db.update(orders).set({ status: 'paid' }).where(eq(orders.id, e.stream)),
    'order.shipped': (e, db) =>
      db.update(orders).set({ status: 'shipped', shippedAt: e.time }).where(eq(orders.id, e.stream)),
    'order.cancelled': (e, db) => db.delete(orders).where(eq(orders.id, e.stream)),
  },
});
