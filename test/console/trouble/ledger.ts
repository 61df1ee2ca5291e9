import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';

export const ledger = sqliteTable(
  'ledger',
  { position: integer().primaryKey(), cents: integer().notNull() },
  (table) => [check('not_negative', sql`${table.cents} >= 0`)],
);

/** It stops at the first event that cannot be applied. */
export default projection({
  name: 'ledger',
  events,
  onError: 'stop',
  views: { ledger },
  on: {
    'account.deposited': (e, db) => db.insert(ledger).values({ position: e.position, cents: e.data.cents }),
  },
});
