import { sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, projection } from 'projectionist';
import { events } from './shop-events.ts';

export const days = sqliteTable(
  'daily_sales',
  { day: text().notNull(), productId: text('product_id').notNull(), sold: integer().notNull() },
  (table) => [primaryKey({ columns: [table.day, table.productId] })],
);

export default projection({
  name: 'daily-sales',
  events,
  views: { days },
  on: {
    'order.placed': (e, db) =>
      forEach(e.data.lines, (line) =>
        db
          .insert(days)
          .values({ day: sql`date(${e.time})`, productId: line.productId, sold: line.quantity })
          .onConflictDoUpdate({
            target: [days.day, days.productId],
            set: { sold: sql`${days.sold} + ${excluded(days.sold)}` },
          }),
      ),
  },
});
