// What each product sold, and how much of it waits to be shipped. Its rows gather events from many streams.
import { and, desc, eq, lte, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, must, projection, query, when } from 'projectionist';
import { z } from 'zod';
import { events } from './events.ts';

export const products = sqliteTable('products', {
  id: text().primaryKey(),
  name: text().notNull(),
  unitsSold: integer('units_sold').notNull().default(0),
  unitsReserved: integer('units_reserved').notNull(),
  revenueCents: integer('revenue_cents').notNull().default(0),
  lastOrderedAt: text('last_ordered_at').notNull(),
});

// `order.shipped` does not say what was in the order. A projection may keep what it has to remember in a view of its
// own; it may not read `order_lines`, which another projection owns and may have brought to another position.
export const reservations = sqliteTable(
  'reservations',
  {
    orderId: text('order_id').notNull(),
    productId: text('product_id').notNull(),
    quantity: integer().notNull(),
    unitPriceCents: integer('unit_price_cents').notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.productId] })],
);

// `excluded` is what the insert would have written into a column, had the row not been there.
const orMoreOfProduct = {
  target: products.id,
  set: {
    unitsReserved: sql`${products.unitsReserved} + ${excluded(products.unitsReserved)}`,
    lastOrderedAt: excluded(products.lastOrderedAt),
  },
};
const orMoreOfReservation = {
  target: [reservations.orderId, reservations.productId],
  set: { quantity: sql`${reservations.quantity} + ${excluded(reservations.quantity)}` },
};

export default projection({
  name: 'products',
  events,
  views: { products, reservations },
  on: {
    'order.placed': (e, db) =>
      forEach(e.data.items, (item) => [
        db
          .insert(products)
          .values({
            id: item.productId,
            name: item.name,
            unitsReserved: item.quantity,
            lastOrderedAt: e.time,
          })
          .onConflictDoUpdate(orMoreOfProduct),
        db
          .insert(reservations)
          .values({
            orderId: e.stream,
            productId: item.productId,
            quantity: item.quantity,
            unitPriceCents: item.unitPrice,
          })
          .onConflictDoUpdate(orMoreOfReservation),
      ]),

    'order.item-added': (e, db) => [
      db
        .insert(products)
        .values({
          id: e.data.productId,
          name: e.data.name,
          unitsReserved: e.data.quantity,
          lastOrderedAt: e.time,
        })
        .onConflictDoUpdate(orMoreOfProduct),
      db
        .insert(reservations)
        .values({
          orderId: e.stream,
          productId: e.data.productId,
          quantity: e.data.quantity,
          unitPriceCents: e.data.unitPrice,
        })
        .onConflictDoUpdate(orMoreOfReservation),
    ],

    'order.item-removed': (e, db) => [
      must(
        db
          .update(reservations)
          .set({ quantity: sql`${reservations.quantity} - ${e.data.quantity}` })
          .where(and(eq(reservations.orderId, e.stream), eq(reservations.productId, e.data.productId))),
      ),
      db.delete(reservations).where(and(eq(reservations.orderId, e.stream), lte(reservations.quantity, 0))),
      db
        .update(products)
        .set({ unitsReserved: sql`${products.unitsReserved} - ${e.data.quantity}` })
        .where(eq(products.id, e.data.productId)),
    ],

    // Either way the order's units are reserved no longer. Only when they were shipped have they been sold.
    'order.shipped, order.cancelled': (e, db) => {
      const isReservedForOrder = and(
        eq(reservations.orderId, e.stream),
        eq(reservations.productId, products.id),
      );
      return [
        // The event is not known yet when this runs, so a condition is SQL's to decide: `when`, instead of `if`.
        when(
          eq(e.type, 'order.shipped'),
          db
            .update(products)
            .set({
              unitsSold: sql`${products.unitsSold} + ${reservations.quantity}`,
              revenueCents: sql`${products.revenueCents} + ${reservations.quantity} * ${reservations.unitPriceCents}`,
            })
            .from(reservations)
            .where(isReservedForOrder),
        ),
        db
          .update(products)
          .set({ unitsReserved: sql`${products.unitsReserved} - ${reservations.quantity}` })
          .from(reservations)
          .where(isReservedForOrder),
        db.delete(reservations).where(eq(reservations.orderId, e.stream)),
      ];
    },
  },
  queries: {
    // GET /views/rpc/bestSellers?limit=3
    bestSellers: query({ limit: z.coerce.number().int().min(1).max(100).default(10) }, ({ limit }, db) =>
      db
        .select({
          id: products.id,
          name: products.name,
          unitsSold: products.unitsSold,
          revenueCents: products.revenueCents,
        })
        .from(products)
        .orderBy(desc(products.revenueCents), products.id)
        .limit(limit),
    ),
  },
});
