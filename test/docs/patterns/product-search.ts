import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './shop-events.ts';

export const found = sqliteTable('found', {
  id: text().primaryKey(),
  name: text().notNull(),
  text: text().notNull(),
});

export default projection({
  name: 'product-search',
  events,
  views: { found },
  search: { found: ['name', 'text'] },
  on: {
    'product.listed': (e, db) =>
      db.insert(found).values({ id: e.stream, name: e.data.name, text: e.data.text }),
    'product.withdrawn': (e, db) => db.delete(found).where(eq(found.id, e.stream)),
  },
});
