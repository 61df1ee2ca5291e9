// One row a day: what was ordered, what was paid, and what was paid back on it.
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { excluded, projection, query } from 'projectionist';
import { z } from 'zod';
import { events } from './events.ts';

export const revenue = sqliteTable('revenue', {
  day: text().primaryKey(),
  orders: integer().notNull().default(0),
  grossCents: integer('gross_cents').notNull().default(0),
  refundedCents: integer('refunded_cents').notNull().default(0),
  netCents: integer('net_cents').notNull().default(0),
});

// Whichever event is the first of its day inserts the day's row; every later one adds to it. What an event does not
// mention is inserted as the column's default, 0, and so adds nothing.
const orAddToDay = {
  target: revenue.day,
  set: {
    orders: sql`${revenue.orders} + ${excluded(revenue.orders)}`,
    grossCents: sql`${revenue.grossCents} + ${excluded(revenue.grossCents)}`,
    refundedCents: sql`${revenue.refundedCents} + ${excluded(revenue.refundedCents)}`,
    netCents: sql`${revenue.netCents} + ${excluded(revenue.netCents)}`,
  },
};

export default projection({
  name: 'revenue',
  events,
  views: { revenue },
  on: {
    // The day is cut from the event's own time, in UTC. A clock would answer differently on every replay.
    'order.placed': (e, db) =>
      db
        .insert(revenue)
        .values({ day: sql`substr(${e.time}, 1, 10)`, orders: 1 })
        .onConflictDoUpdate(orAddToDay),

    'order.paid': (e, db) =>
      db
        .insert(revenue)
        .values({ day: sql`substr(${e.time}, 1, 10)`, grossCents: e.data.amount, netCents: e.data.amount })
        .onConflictDoUpdate(orAddToDay),

    'order.refunded': (e, db) =>
      db
        .insert(revenue)
        .values({
          day: sql`substr(${e.time}, 1, 10)`,
          refundedCents: e.data.amount,
          netCents: sql`-${e.data.amount}`,
        })
        .onConflictDoUpdate(orAddToDay),
  },
  queries: {
    // GET /views/rpc/monthlyRevenue?year=2025
    monthlyRevenue: query({ year: z.string().regex(/^\d{4}$/) }, ({ year }, db) =>
      db
        .select({
          month: sql<string>`substr(${revenue.day}, 1, 7)`.as('month'),
          orders: sql<number>`sum(${revenue.orders})`,
          netCents: sql<number>`sum(${revenue.netCents})`,
        })
        .from(revenue)
        .where(sql`substr(${revenue.day}, 1, 4) = ${year}`)
        .groupBy(sql`month`)
        .orderBy(sql`month`),
    ),
  },
});
