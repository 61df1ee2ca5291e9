import { and, eq } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { forEach, projection } from 'projectionist';
import { events } from './shop-events.ts';

export const products = sqliteTable('products', { id: text().primaryKey(), name: text().notNull() });

/** Which product has which tag: a product has many, and so has a tag. */
export const tags = sqliteTable(
  'product_tags',
  { productId: text('product_id').references(() => products.id), tag: text().notNull() },
  (table) => [primaryKey({ columns: [table.productId, table.tag] }), index('product_tags_tag').on(table.tag)],
);

export default projection({
  name: 'product-tags',
  events,
  views: { products, tags },
  on: {
    'product.listed': (e, db) => [
      db.insert(products).values({ id: e.stream, name: e.data.name }),
      forEach(e.data.tags, (tag) =>
        db.insert(tags).values({ productId: e.stream, tag }).onConflictDoNothing(),
      ),
    ],
    'product.tagged': (e, db) =>
      db.insert(tags).values({ productId: e.stream, tag: e.data.tag }).onConflictDoNothing(),
    'product.untagged': (e, db) =>
      db.delete(tags).where(and(eq(tags.productId, e.stream), eq(tags.tag, e.data.tag))),
  },
});
