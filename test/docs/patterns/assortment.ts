import { eq } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { must, projection } from 'projectionist';
import { events } from './shop-events.ts';

/** Withdrawn products stay, with the time of it: `withdrawn_at=is.null` is what can be bought. */
export const assortment = sqliteTable(
  'assortment',
  { id: text().primaryKey(), name: text().notNull(), withdrawnAt: text('withdrawn_at') },
  (table) => [index('assortment_withdrawn_at').on(table.withdrawnAt)],
);

export default projection({
  name: 'assortment',
  events,
  views: { assortment },
  on: {
    'product.listed': (e, db) => db.insert(assortment).values({ id: e.stream, name: e.data.name }),
    'product.withdrawn': (e, db) =>
      must(db.update(assortment).set({ withdrawnAt: e.time }).where(eq(assortment.id, e.stream))),
  },
});
