import { and, eq, or, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, forEach, projection, when } from '../../src/index.ts';
import { compile } from '../../src/projection/compile.ts';
import type { Handler, Projection } from '../../src/projection/define.ts';
import type { StreamScope } from '../../src/projection/program.ts';

const events = defineEvents({
  made: { schema: z.object({ id: z.string(), tags: z.array(z.string()) }) },
  changed: { schema: z.object({ to: z.string(), flag: z.boolean() }) },
});
const things = sqliteTable('things', { id: text().primaryKey(), name: text(), count: integer() });
const parts = sqliteTable(
  'parts',
  { thing: text().notNull(), tag: text().notNull(), count: integer() },
  (table) => [primaryKey({ columns: [table.thing, table.tag] })],
);

type Made = Handler<{ id: string; tags: string[] }>;
type Changed = Handler<{ to: string; flag: boolean }>;

function scopesOf(on: {
  readonly made: Made;
  readonly changed: Changed;
}): Readonly<Record<string, StreamScope>> {
  const definition = projection({ name: 'things', events, views: { things, parts }, on }) as Projection;
  const { compiled, problems } = compile(definition);
  expect(problems).toEqual([]);
  return compiled?.program.streamScopes ?? {};
}

const make: Made = (e, db) => [
  db.insert(things).values({ id: e.stream, count: 0 }),
  forEach(e.data.tags, (tag) =>
    db
      .insert(parts)
      .values({ thing: e.stream, tag, count: 1 })
      .onConflictDoUpdate({ target: [parts.thing, parts.tag], set: { count: sql`${parts.count} + 1` } }),
  ),
];
const proven = { things: { column: 'id' }, parts: { column: 'thing' } };
const countParts = sql<number>`(select count(*) from ${parts} where ${parts.thing} = ${things.id})`;

test.each<[string, Changed]>([
  [
    'an update by the stream',
    (e, db) => db.update(things).set({ name: e.data.to }).where(eq(things.id, e.stream)),
  ],
  [
    'one more condition beside it',
    (e, db) => db.delete(parts).where(and(eq(parts.tag, e.data.to), eq(parts.thing, e.stream))),
  ],
  [
    'a subquery on rows of the same stream',
    (e, db) => db.update(things).set({ count: countParts }).where(eq(things.id, e.stream)),
  ],
  [
    'a condition of the event around it',
    (e, db) => when(eq(e.data.flag, true), db.delete(things).where(eq(things.id, e.stream))),
  ],
])('rows are those of one stream: %s', (_, changed) => {
  expect(scopesOf({ made: make, changed })).toEqual(proven);
});

test.each<[string, Changed, string]>([
  [
    'an update by a field of the event',
    (e, db) => db.update(things).set({ name: 'x' }).where(eq(things.id, e.data.to)),
    'update of things by changed is not limited to rows where id = e.stream',
  ],
  [
    'an update of every row',
    (_, db) => db.update(things).set({ name: 'x' }),
    'update of things by changed is not limited to rows where id = e.stream',
  ],
  [
    'an OR beside it',
    (e, db) =>
      db
        .update(things)
        .set({ name: 'x' })
        .where(or(eq(things.id, e.stream), eq(things.name, e.data.to))),
    'update of things by changed is not limited to rows where id = e.stream',
  ],
  [
    'an AND that belongs to a BETWEEN',
    (e, db) =>
      db
        .update(things)
        .set({ name: 'x' })
        .where(sql`${things.count} between 1 and ${things.id} = ${e.stream}`),
    'update of things by changed is not limited to rows where id = e.stream',
  ],
  [
    'a key that is written',
    (e, db) => db.update(things).set({ id: e.data.to }).where(eq(things.id, e.stream)),
    'update of things by changed writes id',
  ],
  [
    'a subquery on all rows',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`(select count(*) from ${parts})` })
        .where(eq(things.id, e.stream)),
    'update of things by changed reads rows of parts that are not limited',
  ],
  [
    'a subquery on another stream',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`(select count(*) from ${parts} where ${parts.thing} = ${e.data.to})` })
        .where(eq(things.id, e.stream)),
    'update of things by changed reads rows of parts that are not limited to one stream',
  ],
  [
    'an IN without a SELECT',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`${things.name} in ${parts}` })
        .where(eq(things.id, e.stream)),
    'update of things by changed reads all of "parts"',
  ],
  [
    'a condition around it that reads all rows',
    (e, db) =>
      when(
        sql`exists (select 1 from ${things} where ${things.name} = ${e.data.to})`,
        db.delete(things).where(eq(things.id, e.stream)),
      ),
    'delete of things by changed reads rows of things that are not limited to one stream',
  ],
])('nothing is proved: %s', (_, changed, reason) => {
  expect(scopesOf({ made: make, changed })['things']).toEqual({ reason });
});

test('an insert under a field of the event proves nothing, and neither does what reads such rows', () => {
  const changed: Changed = (e, db) => [
    db.insert(parts).values({ thing: e.data.to, tag: 'x', count: 1 }),
    db.update(things).set({ count: countParts }).where(eq(things.id, e.stream)),
  ];
  expect(scopesOf({ made: make, changed })).toEqual({
    parts: {
      reason: "no column of parts's key (thing, tag) is e.stream in every row that made, changed inserts",
    },
    things: { reason: 'update of things by changed reads parts, whose rows are not those of one stream' },
  });
});

test('a conflict that is not on the key may be with the row of another stream', () => {
  const changed: Changed = (e, db) => db.insert(things).values({ id: e.stream }).onConflictDoNothing();
  expect(scopesOf({ made: make, changed })['things']).toEqual({
    reason: 'insert of things by changed is not limited to rows where id = e.stream',
  });
});
