import { eq, sql } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './shop-events.ts';

/** What is known of customers: kept here, because a handler reads its own views only. */
export const names = sqliteTable('customer_names', { id: text().primaryKey(), name: text().notNull() });

/** Orders as a list shows them, with the customer's name of today. */
export const orderList = sqliteTable(
  'order_list',
  {
    id: text().primaryKey(),
    customerId: text('customer_id').notNull(),
    customerName: text('customer_name'),
  },
  (table) => [index('order_list_customer').on(table.customerId)],
);

export default projection({
  name: 'order-list',
  events,
  views: { names, orderList },
  on: {
    'customer.registered, customer.renamed': (e, db) => [
      db
        .insert(names)
        .values({ id: e.stream, name: e.data.name })
        .onConflictDoUpdate({ target: names.id, set: { name: e.data.name } }),
      db.update(orderList).set({ customerName: e.data.name }).where(eq(orderList.customerId, e.stream)),
    ],
    'order.placed': (e, db) =>
      db.insert(orderList).values({
        id: e.stream,
        customerId: e.data.customerId,
        customerName: sql`(select ${names.name} from ${names} where ${names.id} = ${e.data.customerId})`,
      }),
  },
});
