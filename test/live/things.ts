import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { defineEvents, projection, query } from '../../src/index.ts';

export const events = defineEvents({
  'thing.set': { schema: z.object({ id: z.string(), color: z.string(), score: z.number().int() }) },
  'thing.gone': { schema: z.object({ id: z.string() }) },
  'other.happened': { schema: z.object({}) },
});

export const things = sqliteTable('things', {
  id: text().primaryKey(),
  color: text().notNull(),
  score: integer().notNull(),
});

/** A row for each event, without a key. */
export const notes = sqliteTable('notes', { what: text().notNull() });

/** Things that only their owner may see. */
export function ownedThings() {
  return projection({
    name: 'things',
    events,
    views: { things },
    on: {
      'thing.set': (e, db) =>
        db
          .insert(things)
          .values({ id: e.data.id, color: e.data.color, score: e.data.score })
          .onConflictDoUpdate({ target: things.id, set: { color: e.data.color, score: e.data.score } }),
    },
    policy: { things: ({ claims }) => eq(things.color, claims['color']) },
  });
}

/** @param points what is added to every score: another number makes another program */
export function thingsProjection(points = 0) {
  return projection({
    name: 'things',
    events,
    views: { things, notes },
    on: {
      'thing.set': (e, db) => [
        db
          .insert(things)
          .values({ id: e.data.id, color: e.data.color, score: e.data.score })
          .onConflictDoUpdate({ target: things.id, set: { color: e.data.color, score: e.data.score } }),
        ...(points === 0 ? [] : [db.update(things).set({ score: points }).where(eq(things.id, e.data.id))]),
        db.insert(notes).values({ what: e.data.id }),
      ],
      'thing.gone': (e, db) => db.delete(things).where(eq(things.id, e.data.id)),
    },
    queries: {
      // Parameters that are called like a column, and like what cuts a page.
      clash: query({ color: z.string(), limit: z.coerce.number().int() }, ({ color, limit }, db) =>
        db
          .select({ id: things.id, color: things.color })
          .from(things)
          .where(sql`${things.color} <> ${color} and ${things.score} < ${limit}`)
          .orderBy(things.id),
      ),
      best: query({ color: z.string() }, ({ color }, db) =>
        db
          .select({ best: sql<number>`max(${things.score})`.as('best') })
          .from(things)
          .where(eq(things.color, color)),
      ),
    },
  });
}

export interface Thing {
  readonly id: string;
  readonly color: string;
  readonly score: number;
}

export type ThingEvent =
  | { readonly type: 'thing.set'; readonly data: Thing }
  | { readonly type: 'thing.gone'; readonly data: { readonly id: string } }
  | { readonly type: 'other.happened'; readonly data: object };

/** The rows of `things` after events, in plain JavaScript. */
export function fold(history: readonly ThingEvent[], points = 0): Thing[] {
  const rows = new Map<string, Thing>();
  for (const { type, data } of history) {
    if (type === 'thing.set') rows.set(data.id, points === 0 ? data : { ...data, score: points });
    if (type === 'thing.gone') rows.delete(data.id);
  }
  return [...rows.values()];
}
