import { eq, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, must, projection, query } from 'projectionist';
import { z } from 'zod';
import type { Projection } from '../../src/projection/define.ts';

/** A small bank: enough to insert, update, delete, and to fail. */
export const events = defineEvents({
  'account.opened': { schema: z.object({ owner: z.string() }) },
  'account.deposited': { schema: z.object({ amount: z.int() }) },
  'account.closed': { schema: z.object({}) },
  'audit.noted': { schema: z.object({ text: z.string() }) },
});

export const accounts = sqliteTable(
  'accounts',
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    balance: integer().notNull(),
    lastPosition: integer('last_position').notNull(),
  },
  (table) => [index('accounts_by_owner').on(table.owner)],
);

/** How much a deposit is worth: another factor makes another program, with another hash. */
export function accountsProjection(factor = 1): Projection {
  return projection({
    name: 'accounts',
    events,
    views: { accounts },
    on: {
      'account.opened': (e, db) =>
        db
          .insert(accounts)
          .values({ id: e.stream, owner: e.data.owner, balance: 0, lastPosition: e.position }),
      'account.deposited': (e, db) =>
        db
          .update(accounts)
          .set({ balance: sql`${accounts.balance} + ${e.data.amount} * ${factor}`, lastPosition: e.position })
          .where(eq(accounts.id, e.stream)),
      'account.closed': (e, db) => db.delete(accounts).where(eq(accounts.id, e.stream)),
    },
    queries: { byBalance: query({}, (_, db) => db.select().from(accounts).orderBy(accounts.balance)) },
  });
}

/** As `accountsProjection`, but a deposit into no account is an error. */
export function strictAccounts(onError: 'park' | 'stop' = 'stop', parkLimit?: number): Projection {
  return projection({
    name: 'accounts',
    events,
    views: { accounts },
    onError,
    ...(parkLimit !== undefined && { parkLimit }),
    on: {
      'account.opened': (e, db) =>
        db
          .insert(accounts)
          .values({ id: e.stream, owner: e.data.owner, balance: 0, lastPosition: e.position }),
      'account.deposited': (e, db) =>
        must(
          db
            .update(accounts)
            .set({ balance: sql`${accounts.balance} + ${e.data.amount}`, lastPosition: e.position })
            .where(eq(accounts.id, e.stream)),
        ),
    },
  });
}

export const notes = sqliteTable('notes', { position: integer().primaryKey(), text: text().notNull() });

/** Of one rare event type alone. */
export function notesProjection(): Projection {
  return projection({
    name: 'notes',
    events,
    views: { notes },
    on: {
      'audit.noted': (e, db) => db.insert(notes).values({ position: e.position, text: e.data.text }),
    },
  });
}

const double = fn('double_it', (value: number) => value * 2);

/** With a JavaScript function: handed over as an object, it runs on the caller's own thread. */
export function localAccounts(): Projection {
  return projection({
    name: 'accounts',
    events,
    views: { accounts },
    on: {
      'account.opened': (e, db) =>
        db
          .insert(accounts)
          .values({ id: e.stream, owner: e.data.owner, balance: 0, lastPosition: e.position }),
      'account.deposited': (e, db) =>
        db
          .update(accounts)
          .set({ balance: sql`${accounts.balance} + ${double(e.data.amount)}`, lastPosition: e.position })
          .where(eq(accounts.id, e.stream)),
    },
  });
}

export interface LedgerEvent {
  readonly id?: string;
  readonly stream: string;
  readonly type: string;
  readonly data: unknown;
}

export const opened = (stream: string, owner = `owner of ${stream}`): LedgerEvent => ({
  stream,
  type: 'account.opened',
  data: { owner },
});
export const deposited = (stream: string, amount: number): LedgerEvent => ({
  stream,
  type: 'account.deposited',
  data: { amount },
});
export const noted = (text: string): LedgerEvent => ({
  stream: 'audit',
  type: 'audit.noted',
  data: { text },
});

/** `count` accounts, each opened and then paid into `deposits` times. */
export function history(count: number, deposits: number): LedgerEvent[] {
  const names = Array.from({ length: count }, (_, index) => `account-${index}`);
  const payments = Array.from({ length: deposits }, (_, round) =>
    names.map((name) => deposited(name, round + 1)),
  );
  return [...names.map((name) => opened(name)), ...payments.flat()];
}
