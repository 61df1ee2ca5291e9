import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { fn, projection } from 'projectionist';
import type { Projection } from '../../src/projection/define.ts';
import { accountsProjection, events, notesProjection } from '../engine/ledger.ts';

export const owners = sqliteTable('owners', {
  owner: text().primaryKey(),
  accounts: integer().notNull(),
  shouted: text().notNull(),
});

const shout = fn('shout', (text: string) => text.toUpperCase());

/** Runs on the caller's own thread, as its function exists nowhere else. */
const ownersProjection = projection({
  name: 'owners',
  events,
  views: { owners },
  on: {
    'account.opened': (e, db) =>
      db
        .insert(owners)
        .values({ owner: e.data.owner, accounts: 1, shouted: shout(e.data.owner) })
        .onConflictDoUpdate({ target: owners.owner, set: { accounts: sql`${owners.accounts} + 1` } }),
  },
});

/** What the killed process runs: in threads and on its own, of all events and of rare ones. `factor` changes one. */
export function definitionsFor(factor: number): Projection[] {
  return [accountsProjection(factor), notesProjection(), ownersProjection];
}
