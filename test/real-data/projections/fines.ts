// Italian road traffic fines, 2000 to 2013: a stream a fine, eleven types of event, each known for its place in a
// fine's story rather than for its data. Money is counted in whole cents.
import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, excluded, projection } from 'projectionist';
import { z } from 'zod';

const fine = z.string().regex(/^[A-Z]+\d+$/);
const dismissal = z.string().min(1);
const onlyFine = { schema: z.strictObject({ fine }) };

const events = defineEvents({
  'fine.created': {
    schema: z.strictObject({
      fine,
      officer: z.string(),
      article: z.int(),
      vehicleClass: z.enum(['A', 'C', 'M', 'R']),
      points: z.int().min(0).max(10),
      dismissal,
    }),
  },
  'fine.sent': onlyFine,
  'fine.notified': { schema: z.strictObject({ fine, notificationType: z.enum(['P', 'C']) }) },
  'penalty.added': onlyFine,
  // What was paid so far, all in all.
  'payment.received': { schema: z.strictObject({ fine, totalPaid: z.number().nonnegative() }) },
  'collection.started': onlyFine,
  'prefecture-appeal.dated': onlyFine,
  'prefecture-appeal.sent': { schema: z.strictObject({ fine, dismissal }) },
  'prefecture-appeal.decided': onlyFine,
  'prefecture-appeal.notified': onlyFine,
  'judge-appeal.filed': { schema: z.strictObject({ fine, officer: z.string(), dismissal }) },
});

export const fines = sqliteTable('fines', {
  id: text().primaryKey(),
  events: integer().notNull(),
  payments: integer().notNull(),
  /** Null until something is paid. */
  totalPaidCents: integer('total_paid_cents'),
  isInCollection: integer('is_in_collection', { mode: 'boolean' }).notNull(),
  lastType: text('last_type').notNull(),
  /** The types of its events, in order. */
  story: text().notNull(),
});

export const fineEventTypes = sqliteTable('fine_event_types', {
  type: text().primaryKey(),
  events: integer().notNull(),
});

export const fineEventYears = sqliteTable('fine_event_years', {
  year: text().primaryKey(),
  events: integer().notNull(),
});

export default projection({
  name: 'fines',
  events,
  views: { fines, fineEventTypes, fineEventYears },
  on: {
    'fine.created, fine.sent, fine.notified, penalty.added, payment.received, collection.started, prefecture-appeal.dated, prefecture-appeal.sent, prefecture-appeal.decided, prefecture-appeal.notified, judge-appeal.filed':
      (e, db) => [
        db
          .insert(fines)
          .values({
            id: e.data.fine,
            events: 1,
            payments: eq(e.type, 'payment.received'),
            totalPaidCents: sql`cast(round(${e.data.totalPaid} * 100) as integer)`,
            isInCollection: eq(e.type, 'collection.started'),
            lastType: e.type,
            story: e.type,
          })
          .onConflictDoUpdate({
            target: fines.id,
            set: {
              events: sql`${fines.events} + 1`,
              payments: sql`${fines.payments} + ${excluded(fines.payments)}`,
              totalPaidCents: sql`coalesce(${excluded(fines.totalPaidCents)}, ${fines.totalPaidCents})`,
              isInCollection: sql`${fines.isInCollection} or ${excluded(fines.isInCollection)}`,
              lastType: excluded(fines.lastType),
              story: sql`${fines.story} || ' > ' || ${excluded(fines.story)}`,
            },
          }),
        db
          .insert(fineEventTypes)
          .values({ type: e.type, events: 1 })
          .onConflictDoUpdate({
            target: fineEventTypes.type,
            set: { events: sql`${fineEventTypes.events} + 1` },
          }),
        db
          .insert(fineEventYears)
          .values({ year: sql`substr(${e.time}, 1, 4)`, events: 1 })
          .onConflictDoUpdate({
            target: fineEventYears.year,
            set: { events: sql`${fineEventYears.events} + 1` },
          }),
      ],
  },
});
