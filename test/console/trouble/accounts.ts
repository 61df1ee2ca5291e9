import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';

/** A deposit of nothing cannot be applied: its stream is parked. */
export const deposits = sqliteTable(
  'deposits',
  { position: integer().primaryKey(), account: text().notNull(), cents: integer().notNull() },
  (table) => [check('cents_positive', sql`${table.cents} > 0`)],
);

export default projection({
  name: 'accounts',
  events,
  views: { deposits },
  on: {
    'account.deposited': (e, db) =>
      db.insert(deposits).values({ position: e.position, account: e.stream, cents: e.data.cents }),
  },
});
