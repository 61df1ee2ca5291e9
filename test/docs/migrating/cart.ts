import { and, eq, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, must, projection } from 'projectionist';
import { events } from './cart-events.ts';

/** One row for each cart: what was the document. */
export const carts = sqliteTable('carts', {
  id: text().primaryKey(),
  clientId: text('client_id').notNull(),
  status: text({ enum: ['open', 'confirmed'] }).notNull(),
  confirmedAt: text('confirmed_at'),
});

/** What was the document's list. */
export const items = sqliteTable(
  'cart_items',
  { cartId: text('cart_id'), productId: text('product_id'), quantity: integer().notNull() },
  (table) => [primaryKey({ columns: [table.cartId, table.productId] })],
);

export default projection({
  name: 'carts',
  events,
  views: { carts, items },
  on: {
    'cart.opened': (e, db) =>
      db.insert(carts).values({ id: e.stream, clientId: e.data.clientId, status: 'open' }),
    'cart.item-added': (e, db) =>
      db
        .insert(items)
        .values({ cartId: e.stream, productId: e.data.productId, quantity: e.data.quantity })
        .onConflictDoUpdate({
          target: [items.cartId, items.productId],
          set: { quantity: sql`${items.quantity} + ${excluded(items.quantity)}` },
        }),
    'cart.item-removed': (e, db) =>
      db.delete(items).where(and(eq(items.cartId, e.stream), eq(items.productId, e.data.productId))),
    'cart.confirmed': (e, db) =>
      must(db.update(carts).set({ status: 'confirmed', confirmedAt: e.time }).where(eq(carts.id, e.stream))),
  },
});
