import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './shop-events.ts';

/** One row: all orders, and those that are still to be shipped. */
export const totals = sqliteTable('totals', {
  name: text().primaryKey(),
  orders: integer().notNull(),
  open: integer().notNull(),
});

export default projection({
  name: 'totals',
  events,
  views: { totals },
  on: {
    'order.placed': (_, db) =>
      db
        .insert(totals)
        .values({ name: 'shop', orders: 1, open: 1 })
        .onConflictDoUpdate({
          target: totals.name,
          set: { orders: sql`${totals.orders} + 1`, open: sql`${totals.open} + 1` },
        }),
    'order.shipped': (_, db) =>
      db
        .update(totals)
        .set({ open: sql`${totals.open} - 1` })
        .where(eq(totals.name, 'shop')),
  },
});
