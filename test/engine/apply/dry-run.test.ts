import { sql } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dryRun } from '../../../src/engine/apply/dry-run.ts';
import { defineEvents, fn, projection } from '../../../src/index.ts';
import { compile } from '../../../src/projection/compile.ts';
import type { Program } from '../../../src/projection/program.ts';

const events = defineEvents({
  named: { schema: z.object({ name: z.string() }) },
  renamed: { schema: z.object({ name: z.string() }) },
});
const people = sqliteTable('people', { id: text().primaryKey(), name: text().notNull() });
const shout = fn('shout', (name: string) => name.toUpperCase());

function programOf(name: (path: unknown) => ReturnType<typeof sql>): Program {
  const definition = projection({
    name: 'people',
    events,
    views: { people },
    on: {
      named: (e, db) => db.insert(people).values({ id: e.stream, name: shout(e.data.name) }),
      renamed: (e, db) => db.update(people).set({ name: name(e.data.name) }),
    },
  });
  return compile(definition).compiled?.program as Program;
}

test('a program that SQLite can prepare passes, with its functions', () => {
  expect(() => dryRun([{ file: undefined, program: programOf((path) => sql`trim(${path})`) }])).not.toThrow();
});

test.each([
  ['a function that does not exist', (path: unknown) => sql`uppper(${path})`, 'no such function: uppper'],
  ['a column that does not exist', () => sql`nme || 'x'`, 'no such column: nme'],
  ['a table that does not exist', () => sql`(SELECT 1 FROM others)`, 'no such table: others'],
])('%s is refused, naming projection and event type', (_, name, message) => {
  expect(() => dryRun([{ file: undefined, program: programOf(name) }])).toThrow(
    `projection people › renamed: SQLite refuses the statements: ${message}`,
  );
});
