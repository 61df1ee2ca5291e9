import { eq, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, must, projection } from 'projectionist';
import { z } from 'zod';

const events = defineEvents({
  'account.opened': { schema: z.strictObject({ owner: z.string().min(1) }) },
  'money.moved': {
    schema: z.strictObject({ cents: z.int() }),
    upcast: { 1: (old: { euros: number }) => ({ cents: Math.round(old.euros * 100) }) },
  },
  'account.closed': { schema: z.strictObject({}) },
});

export const accounts = sqliteTable('accounts', {
  id: text().primaryKey(),
  owner: text().notNull(),
  balanceCents: integer('balance_cents').notNull().default(0),
  openedAt: text('opened_at').notNull(),
});

/** One row an event; its key has two columns. */
export const movements = sqliteTable(
  'movements',
  {
    account: text().notNull(),
    number: integer().notNull(),
    cents: integer().notNull(),
    id: text('event_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.account, table.number] })],
);

/** The projection on which the kit is tried: a view for states, a view for facts, an upcaster, and a `must`. */
export default projection({
  name: 'accounts',
  events,
  views: { accounts, movements },
  on: {
    'account.opened': (e, db) =>
      db.insert(accounts).values({ id: e.stream, owner: e.data.owner, openedAt: e.time }),
    'money.moved': (e, db) => [
      must(
        db
          .update(accounts)
          .set({ balanceCents: sql`${accounts.balanceCents} + ${e.data.cents}` })
          .where(eq(accounts.id, e.stream)),
      ),
      db.insert(movements).values({ account: e.stream, number: e.version, cents: e.data.cents, id: e.id }),
    ],
    'account.closed': (e, db) => db.delete(accounts).where(eq(accounts.id, e.stream)),
  },
});
