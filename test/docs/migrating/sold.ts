import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, forEach, projection } from 'projectionist';
import { events } from '../patterns/shop-events.ts';

export const sold = sqliteTable('sold', {
  productId: text('product_id').primaryKey(),
  pieces: integer().notNull(),
});

export default projection({
  name: 'sold',
  events,
  views: { sold },
  on: {
    'order.placed': (e, db) =>
      forEach(e.data.lines, (line) =>
        db
          .insert(sold)
          .values({ productId: line.productId, pieces: line.quantity })
          .onConflictDoUpdate({
            target: sold.productId,
            set: { pieces: sql`${sold.pieces} + ${excluded(sold.pieces)}` },
          }),
      ),
  },
});
