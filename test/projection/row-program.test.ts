import { eq, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, forEach, must, projection, when } from '../../src/index.ts';
import type { Handler, Projection } from '../../src/projection/define.ts';
import type { ViewDescription } from '../../src/projection/program.ts';
import { rowProgram } from '../../src/projection/row-program.ts';
import { compiled } from './memory-run.ts';

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
const unique = sqliteTable('unique_names', { id: text().primaryKey(), name: text().unique() });
const numbered = sqliteTable('numbered', { id: integer().primaryKey(), name: text() });
const views = { things, parts, unique, numbered };

type Changed = Handler<{ to: string; flag: boolean }>;

const made: Handler<{ id: string; tags: string[] }> = (e, db) => [
  db.insert(things).values({ id: e.data.id, count: 0 }),
  db.insert(unique).values({ id: e.data.id, name: e.stream }),
  db.insert(numbered).values({ name: e.stream }),
  forEach(e.data.tags, (tag) => [
    db
      .insert(parts)
      .values({ thing: e.data.id, tag, count: 1 })
      .onConflictDoUpdate({ target: [parts.thing, parts.tag], set: { count: sql`${parts.count} + 1` } }),
    db.delete(things).where(eq(things.id, tag)),
  ]),
];

/** The statements that are left of a program for the rows of one view, by event type; undefined where it is not proved. */
function statementsFor(view: string, changed: Changed): Record<string, number> | undefined {
  const definition = projection({ name: 'things', events, views, on: { made, changed } }) as Projection;
  const { program } = compiled(definition);
  const narrow = rowProgram(program, program.views.find(({ name }) => name === view) as ViewDescription);
  return (
    narrow &&
    Object.fromEntries(
      Object.entries(narrow.feed).map(([type, blocks]) => [
        type,
        blocks.reduce((sum, { statements }) => sum + statements.length, 0),
      ]),
    )
  );
}

const update: Changed = (e, db) => db.update(things).set({ name: e.data.to }).where(eq(things.id, e.stream));

test('what is left for a row is what writes its view, and what leads there', () => {
  // The insert, and the nested delete with the statement that feeds it.
  expect(statementsFor('things', update)).toEqual({ made: 3, changed: 1 });
  expect(statementsFor('parts', update)).toEqual({ made: 2 });
});

test.each<[string, Changed]>([
  [
    'a check of must',
    (e, db) => must(db.update(things).set({ name: e.data.to }).where(eq(things.id, e.stream))),
  ],
  [
    'a condition of the event',
    (e, db) => when(e.data.flag, [db.delete(things).where(eq(things.id, e.stream))]),
  ],
  [
    'a subquery on what the event brings',
    (e, db) => db.update(things).set({ count: sql`(select count(*) from json_each(${e.metadata['list']}))` }),
  ],
  [
    'a subquery of another view',
    (e, db) =>
      db
        .update(parts)
        .set({ count: sql`(select count(*) from ${things})` })
        .where(eq(parts.thing, e.stream)),
  ],
])('a row is made alone beside %s', (_, changed) => {
  expect(statementsFor('things', changed)).toBeDefined();
});

test.each<[string, Changed]>([
  [
    'reads its own view',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`(select count(*) from things)` })
        .where(eq(things.id, e.stream)),
  ],
  [
    'reads its own view by another name',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`(select max(t.count) from "things" as t)` })
        .where(eq(things.id, e.stream)),
  ],
  [
    'reads another view',
    (e, db) =>
      db
        .update(things)
        .set({ count: sql`(select count(*) from ${parts})` })
        .where(eq(things.id, e.stream)),
  ],
  [
    'is under a condition that reads a view',
    (e, db) =>
      when(sql`exists (select 1 from ${parts} where ${parts.thing} = ${e.stream})`, [
        db.delete(things).where(eq(things.id, e.stream)),
      ]),
  ],
  [
    'makes one row another',
    (e, db) => db.update(things).set({ id: e.data.to }).where(eq(things.id, e.stream)),
  ],
  [
    'is an update from another view',
    (e, db) =>
      db
        .update(things)
        .set({ name: sql`"parts"."tag"` })
        .from(parts)
        .where(eq(things.id, e.stream)),
  ],
])('a row is not made alone where a statement %s', (_, changed) => {
  expect(statementsFor('things', changed)).toBeUndefined();
});

test('a row is not made alone where SQLite looks at others: another unique key, a number that it gives', () => {
  expect(statementsFor('unique_names', update)).toBeUndefined();
  expect(statementsFor('numbered', update)).toBeUndefined();
});
