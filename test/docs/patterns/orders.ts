import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { must, projection } from 'projectionist';
import { events } from './shop-events.ts';

export const orders = sqliteTable('orders', {
  id: text().primaryKey(),
  customerId: text('customer_id').notNull(),
  status: text({ enum: ['placed', 'shipped'] }).notNull(),
});

export default projection({
  name: 'orders',
  events,
  views: { orders },
  on: {
    'order.placed': (e, db) =>
      db.insert(orders).values({ id: e.stream, customerId: e.data.customerId, status: 'placed' }),
    'order.shipped': (e, db) =>
      must(db.update(orders).set({ status: 'shipped' }).where(eq(orders.id, e.stream))),
  },
});
