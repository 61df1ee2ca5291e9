import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, projection } from '../../../src/index.ts';
import { open, temporaryFolder, withDatabase } from '../stage.ts';

const events = defineEvents({
  written: { schema: z.object({ title: z.string(), body: z.string() }) },
  torn: { schema: z.object({}) },
});
const letters = sqliteTable('letters', {
  id: text().primaryKey(),
  title: text().notNull(),
  body: text().notNull(),
});
const lines = sqliteTable('lines', { number: integer().primaryKey(), body: text().notNull() });

const definition = projection({
  name: 'letters',
  events,
  views: { letters, lines },
  search: { letters: ['title', 'body'], lines: ['body'] },
  on: {
    written: (e, db) => [
      db.delete(letters).where(eq(letters.id, e.stream)),
      db.insert(letters).values({ id: e.stream, title: e.data.title, body: e.data.body }),
      db.insert(lines).values({ number: e.position, body: e.data.body }),
    ],
    torn: (e, db) => db.delete(letters).where(eq(letters.id, e.stream)),
  },
});

async function written() {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [definition] });
  for (const name of ['ada', 'grace', 'ada', 'linus'])
    await p.log.append(name, {
      type: 'written',
      data: { title: `from ${name}`, body: `good day to ${name}, good day` },
    });
  await p.log.append('linus', { type: 'torn', data: {} });
  await p.ready();
  const tamper = (sql: string): void =>
    withDatabase(join(data, 'views/letters-1.db'), (db) => void db.exec(sql));
  return { p, tamper };
}

test('full-text indexes that say what the rows do pass, also after rows have gone and come again', async () => {
  const { p } = await written();
  await expect(p.verify('letters')).resolves.toMatchObject({ isSame: true });
});

const ROW = "(SELECT projectionist_rowid FROM letters WHERE id = 'grace')";

test.each([
  [
    'lacks a row',
    'letters',
    `INSERT INTO letters_search (letters_search, rowid, title, body) SELECT 'delete', projectionist_rowid, title, body FROM letters WHERE id = 'grace'`,
  ],
  [
    'has a word too many',
    'letters',
    `INSERT INTO letters_search (rowid, title, body) VALUES (${ROW}, 'treason', '')`,
  ],
  [
    'has words in the wrong column',
    'letters',
    `INSERT INTO letters_search (letters_search, rowid, title, body) SELECT 'delete', projectionist_rowid, title, body FROM letters WHERE id = 'grace'; INSERT INTO letters_search (rowid, title, body) SELECT projectionist_rowid, body, title FROM letters WHERE id = 'grace'`,
  ],
  [
    'has one row for another',
    'lines',
    `INSERT INTO lines_search (lines_search, rowid, body) SELECT 'delete', number, body FROM lines WHERE number IN (1, 2); INSERT INTO lines_search (rowid, body) SELECT 3 - number, body FROM lines WHERE number IN (1, 2)`,
  ],
])('a full-text index that %s is told, though every row is as it should be', async (_, view, sql) => {
  const { p, tamper } = await written();
  tamper(sql);
  await expect(p.verify('letters')).rejects.toMatchObject({
    code: 'GENERATION_DAMAGED',
    message: expect.stringContaining(`the full-text index of ${view} does not say what its rows do`),
  });
});
