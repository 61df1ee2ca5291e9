import { eq, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, forEach, projection, when } from 'projectionist';
import { z } from 'zod';

/** Events of things that are made, named, moved about and thrown away. */
export const events = defineEvents({
  'thing.made': { schema: z.object({ name: z.string(), tags: z.array(z.string()) }) },
  'thing.renamed': {
    schema: z.object({ name: z.string() }),
    upcast: {
      1: (old: { title: string }) => ({ label: old.title }),
      2: (old: { label: string }) => ({ name: `${old.label}!` }),
    },
  },
  'thing.moved': { schema: z.object({ to: z.string(), by: z.int() }) },
  'thing.removed': { schema: z.object({}) },
  'noise.heard': { schema: z.object({}) },
});

const things = sqliteTable('things', {
  id: text().primaryKey(),
  name: text().notNull(),
  place: text(),
  events: integer().notNull(),
  lastPosition: integer('last_position').notNull(),
});
const one = { events: sql`${things.events} + 1` };

/** A row for each stream: inserted, updated, deleted. */
export const thingsProjection = projection({
  name: 'things',
  events,
  views: { things },
  on: {
    'thing.made': (e, db) =>
      db
        .insert(things)
        .values({ id: e.stream, name: e.data.name, events: 1, lastPosition: e.position })
        .onConflictDoUpdate({
          target: things.id,
          set: { ...one, name: e.data.name, lastPosition: e.position },
        }),
    'thing.renamed': (e, db) =>
      db
        .update(things)
        .set({ ...one, name: e.data.name, lastPosition: e.position })
        .where(eq(things.id, e.stream)),
    'thing.moved': (e, db) =>
      db
        .update(things)
        .set({ ...one, place: e.data.to, lastPosition: e.position })
        .where(eq(things.id, e.stream)),
    'thing.removed': (e, db) => db.delete(things).where(eq(things.id, e.stream)),
  },
});

const tags = sqliteTable('tags', { tag: text().primaryKey(), uses: integer().notNull() });
const worn = sqliteTable(
  'worn',
  { thing: text().notNull(), tag: text().notNull(), times: integer().notNull() },
  (table) => [primaryKey({ columns: [table.thing, table.tag] })],
);

/** Counters by another key than the stream, kept right over removals by what the projection itself remembers. */
export const tagsProjection = projection({
  name: 'tags',
  events,
  views: { tags, worn },
  on: {
    'thing.made': (e, db) =>
      forEach(e.data.tags, (tag) => [
        db
          .insert(tags)
          .values({ tag: sql`${tag}`, uses: 1 })
          .onConflictDoUpdate({ target: tags.tag, set: { uses: sql`${tags.uses} + 1` } }),
        db
          .insert(worn)
          .values({ thing: e.stream, tag: sql`${tag}`, times: 1 })
          .onConflictDoUpdate({ target: [worn.thing, worn.tag], set: { times: sql`${worn.times} + 1` } }),
      ]),
    'thing.removed': (e, db) => [
      db
        .update(tags)
        .set({
          uses: sql`${tags.uses} - (select coalesce(sum(${worn.times}), 0) from ${worn} where ${worn.tag} = ${tags.tag} and ${worn.thing} = ${e.stream})`,
        })
        .where(sql`1`),
      db.delete(worn).where(eq(worn.thing, e.stream)),
      db.delete(tags).where(eq(tags.uses, 0)),
    ],
  },
});

const slug = fn('slug_of', (place: string) => place.trim().toLowerCase().replaceAll(' ', '-'));
const visits = sqliteTable('visits', {
  position: integer().primaryKey(),
  place: text().notNull(),
  nth: integer().notNull(),
});
const farthest = sqliteTable('farthest', { place: text().primaryKey(), distance: integer().notNull() });

/** A condition, a JavaScript function, and a subquery on the projection's own view: the order of events decides. */
export const visitsProjection = projection({
  name: 'visits',
  events,
  views: { visits, farthest },
  on: {
    'thing.moved': (e, db) => [
      db.insert(visits).values({
        position: e.position,
        place: slug(e.data.to),
        nth: sql`(select count(*) from ${visits} where ${visits.place} = ${slug(e.data.to)}) + 1`,
      }),
      when(
        sql`${e.data.by} > 5`,
        db
          .insert(farthest)
          .values({ place: slug(e.data.to), distance: e.data.by })
          .onConflictDoUpdate({
            target: farthest.place,
            set: { distance: sql`max(${farthest.distance}, excluded.distance)` },
          }),
      ),
    ],
  },
});
