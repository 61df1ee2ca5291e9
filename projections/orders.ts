// Every order as it stands now, and its lines: two views, kept by one projection.
import { and, desc, eq, lte, sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, must, projection, query } from 'projectionist';
import { z } from 'zod';
import { events } from './events.ts';

export const orders = sqliteTable(
  'orders',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    status: text({ enum: ['placed', 'paid', 'shipped', 'delivered', 'cancelled'] }).notNull(),
    itemCount: integer('item_count').notNull(),
    totalCents: integer('total_cents').notNull(),
    refundedCents: integer('refunded_cents').notNull().default(0),
    carrier: text(),
    placedAt: text('placed_at').notNull(),
    paidAt: text('paid_at'),
    shippedAt: text('shipped_at'),
    deliveredAt: text('delivered_at'),
  },
  (table) => [index('orders_customer_id').on(table.customerId)],
);

export const orderLines = sqliteTable(
  'order_lines',
  {
    // The reference lets a query embed the lines: GET /views/orders?select=*,order_lines(*)
    orderId: text('order_id')
      .notNull()
      .references(() => orders.id),
    productId: text('product_id').notNull(),
    name: text().notNull(),
    quantity: integer().notNull(),
    unitPriceCents: integer('unit_price_cents').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.productId] })],
);

// A fragment of SQL used more than once is an ordinary constant. A subquery may read this projection's own views.
const linesOfOrder = sql`from ${orderLines} where ${orderLines.orderId} = ${orders.id}`;
const countedFromLines = {
  itemCount: sql`(select coalesce(sum(${orderLines.quantity}), 0) ${linesOfOrder})`,
  totalCents: sql`(select coalesce(sum(${orderLines.quantity} * ${orderLines.unitPriceCents}), 0) ${linesOfOrder})`,
};

// `excluded` is what the insert would have written into a column, had the line not been there.
const orMoreOfLine = {
  target: [orderLines.orderId, orderLines.productId],
  set: { quantity: sql`${orderLines.quantity} + ${excluded(orderLines.quantity)}` },
};

export default projection({
  name: 'orders',
  events,
  views: { orders, orderLines },
  on: {
    // A handler answers the statements that its event calls for; they run in this order, in one transaction.
    // An order is the stream that its events stand in, so `e.stream` is its id.
    'order.placed': (e, db) => [
      db.insert(orders).values({
        id: e.stream,
        customerId: e.data.customerId,
        status: 'placed',
        itemCount: 0,
        totalCents: 0,
        placedAt: e.time,
      }),
      forEach(e.data.items, (item) =>
        db
          .insert(orderLines)
          .values({
            orderId: e.stream,
            productId: item.productId,
            name: item.name,
            quantity: item.quantity,
            unitPriceCents: item.unitPrice,
          })
          .onConflictDoUpdate(orMoreOfLine),
      ),
      db.update(orders).set(countedFromLines).where(eq(orders.id, e.stream)),
    ],

    'order.item-added': (e, db) => [
      db
        .insert(orderLines)
        .values({
          orderId: e.stream,
          productId: e.data.productId,
          name: e.data.name,
          quantity: e.data.quantity,
          unitPriceCents: e.data.unitPrice,
        })
        .onConflictDoUpdate(orMoreOfLine),
      db.update(orders).set(countedFromLines).where(eq(orders.id, e.stream)),
    ],

    'order.item-removed': (e, db) => [
      // An update that matches no row does nothing. Here that would hide a mistake, and `must` makes it an error.
      must(
        db
          .update(orderLines)
          .set({ quantity: sql`${orderLines.quantity} - ${e.data.quantity}` })
          .where(and(eq(orderLines.orderId, e.stream), eq(orderLines.productId, e.data.productId))),
      ),
      db.delete(orderLines).where(and(eq(orderLines.orderId, e.stream), lte(orderLines.quantity, 0))),
      db.update(orders).set(countedFromLines).where(eq(orders.id, e.stream)),
    ],

    'order.paid': (e, db) =>
      must(db.update(orders).set({ status: 'paid', paidAt: e.time }).where(eq(orders.id, e.stream))),

    'order.shipped': (e, db) =>
      must(
        db
          .update(orders)
          .set({ status: 'shipped', shippedAt: e.time, carrier: e.data.carrier.code })
          .where(eq(orders.id, e.stream)),
      ),

    'order.delivered': (e, db) =>
      must(
        db.update(orders).set({ status: 'delivered', deliveredAt: e.time }).where(eq(orders.id, e.stream)),
      ),

    'order.cancelled': (e, db) =>
      must(db.update(orders).set({ status: 'cancelled' }).where(eq(orders.id, e.stream))),

    'order.refunded': (e, db) =>
      must(
        db
          .update(orders)
          .set({ refundedCents: sql`${orders.refundedCents} + ${e.data.amount}` })
          .where(eq(orders.id, e.stream)),
      ),
  },
  queries: {
    // GET /views/rpc/biggestCustomers?limit=3
    biggestCustomers: query({ limit: z.coerce.number().int().min(1).max(100).default(10) }, ({ limit }, db) =>
      db
        .select({
          customerId: orders.customerId,
          orders: sql<number>`count(*)`,
          spentCents: sql<number>`sum(${orders.totalCents} - ${orders.refundedCents})`.as('spent_cents'),
        })
        .from(orders)
        .where(sql`${orders.paidAt} is not null`)
        .groupBy(orders.customerId)
        .orderBy(desc(sql`spent_cents`), orders.customerId)
        .limit(limit),
    ),
  },
});
