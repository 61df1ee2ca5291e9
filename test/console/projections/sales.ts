import { eq, sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';

/** An order without a total cannot be applied: it becomes a dead letter. */
export const sales = sqliteTable(
  'sales',
  {
    id: text().primaryKey(),
    customer: text().notNull(),
    status: text({ enum: ['placed', 'paid', 'shipped'] }).notNull(),
    total: integer().notNull(),
    placedAt: text('placed_at').notNull(),
    carrier: text(),
  },
  (table) => [check('total_positive', sql`${table.total} > 0`), index('sales_by_time').on(table.placedAt)],
);

export const customers = sqliteTable('customers', {
  customer: text().primaryKey(),
  orders: integer().notNull(),
  spent: integer().notNull(),
});

export default projection({
  name: 'sales',
  events,
  views: { sales, customers },
  on: {
    'order.placed': (e, db) => [
      db.insert(sales).values({
        id: e.stream,
        customer: e.data.customer,
        status: 'placed',
        total: e.data.total,
        placedAt: e.time,
      }),
      db
        .insert(customers)
        .values({ customer: e.data.customer, orders: 1, spent: e.data.total })
        .onConflictDoUpdate({
          target: customers.customer,
          set: { orders: sql`${customers.orders} + 1`, spent: sql`${customers.spent} + excluded.spent` },
        }),
    ],
    'order.paid': (e, db) => db.update(sales).set({ status: 'paid' }).where(eq(sales.id, e.stream)),
    'order.shipped': (e, db) =>
      db.update(sales).set({ status: 'shipped', carrier: e.data.carrier }).where(eq(sales.id, e.stream)),
  },
});
