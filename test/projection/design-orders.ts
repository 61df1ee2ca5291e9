import { eq, sql } from 'drizzle-orm';
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, forEach, projection, query } from 'projectionist';
import { z } from 'zod';

const events = defineEvents({
  'order.placed': {
    schema: z.object({
      orderId: z.string(),
      customerId: z.string(),
      total: z.number(),
      items: z.array(z.object({ productId: z.string(), quantity: z.number().int() })),
    }),
  },
  'order.shipped': { schema: z.object({ orderId: z.string() }) },
  'order.cancelled': { schema: z.object({ orderId: z.string() }) },
});

export const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  customerId: text('customer_id').notNull(),
  status: text({ enum: ['placed', 'shipped', 'cancelled'] }).notNull(),
  total: real().notNull(),
  placedAt: text('placed_at').notNull(),
  shippedAt: text('shipped_at'),
});

export const stock = sqliteTable('stock', {
  productId: text('product_id').primaryKey(),
  reserved: integer().notNull(),
});

export default projection({
  name: 'orders',
  events,
  views: { orders, stock },
  on: {
    'order.placed': (e, db) => [
      db.insert(orders).values({
        id: e.data.orderId,
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
    'order.shipped': (e, db) =>
      db.update(orders).set({ status: 'shipped', shippedAt: e.time }).where(eq(orders.id, e.data.orderId)),
    'order.cancelled': (e, db) => db.delete(orders).where(eq(orders.id, e.data.orderId)),
  },
  queries: {
    biggestCustomers: query({ limit: z.coerce.number().int().max(100).default(10) }, ({ limit }, db) =>
      db
        .select({ customerId: orders.customerId, spent: sql<number>`sum(${orders.total})` })
        .from(orders)
        .groupBy(orders.customerId)
        .orderBy(sql`2 desc`)
        .limit(limit),
    ),
  },
});
