import { desc, sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, projection, query } from 'projectionist';
import { z } from 'zod';
import { events } from './shop-events.ts';

/** By product, whatever order it was in; the index is the ranking. */
export const products = sqliteTable(
  'product_sales',
  { productId: text('product_id').primaryKey(), sold: integer().notNull(), cents: integer().notNull() },
  (table) => [index('product_sales_ranking').on(desc(table.cents))],
);

/** By day and product. */
export const days = sqliteTable(
  'daily_sales',
  { day: text().notNull(), productId: text('product_id').notNull(), sold: integer().notNull() },
  (table) => [primaryKey({ columns: [table.day, table.productId] })],
);

/** One row in all. */
export const totals = sqliteTable('totals', { name: text().primaryKey(), orders: integer().notNull() });

export default projection({
  name: 'sales',
  events,
  views: { products, days, totals },
  on: {
    'order.placed': (e, db) => [
      db
        .insert(totals)
        .values({ name: 'shop', orders: 1 })
        .onConflictDoUpdate({ target: totals.name, set: { orders: sql`${totals.orders} + 1` } }),
      forEach(e.data.lines, (line) => [
        db
          .insert(products)
          .values({
            productId: line.productId,
            sold: line.quantity,
            cents: sql`${line.quantity} * ${line.cents}`,
          })
          .onConflictDoUpdate({
            target: products.productId,
            set: {
              sold: sql`${products.sold} + ${excluded(products.sold)}`,
              cents: sql`${products.cents} + ${excluded(products.cents)}`,
            },
          }),
        db
          .insert(days)
          .values({ day: sql`date(${e.time})`, productId: line.productId, sold: line.quantity })
          .onConflictDoUpdate({
            target: [days.day, days.productId],
            set: { sold: sql`${days.sold} + ${excluded(days.sold)}` },
          }),
      ]),
    ],
  },
  queries: {
    bestsellers: query({ limit: z.coerce.number().int().max(100).default(10) }, ({ limit }, db) =>
      db
        .select({
          productId: products.productId,
          cents: products.cents,
          rank: sql<number>`rank() over (order by ${products.cents} desc)`,
        })
        .from(products)
        .orderBy(desc(products.cents))
        .limit(limit),
    ),
  },
});
