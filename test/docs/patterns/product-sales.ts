import { desc, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, projection, query } from 'projectionist';
import { z } from 'zod';
import { events } from './shop-events.ts';

/** By product, whatever order it was in; the index is the ranking. */
export const products = sqliteTable(
  'product_sales',
  { productId: text('product_id').primaryKey(), sold: integer().notNull(), cents: integer().notNull() },
  (table) => [index('product_sales_ranking').on(desc(table.cents))],
);

export default projection({
  name: 'product-sales',
  events,
  views: { products },
  on: {
    'order.placed': (e, db) =>
      forEach(e.data.lines, (line) =>
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
      ),
  },
  queries: {
    best: query({ limit: z.coerce.number().int().positive().max(100).default(10) }, ({ limit }, db) =>
      db
        .select({
          rank: sql<number>`rank() over (order by ${products.cents} desc)`.as('rank'),
          productId: products.productId,
          cents: products.cents,
        })
        .from(products)
        .orderBy(desc(products.cents))
        .limit(limit),
    ),
  },
});
