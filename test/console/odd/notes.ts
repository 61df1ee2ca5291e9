import { eq, sql } from 'drizzle-orm';
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { fn, projection } from 'projectionist';
import { events } from './events.ts';

/** A mistake on purpose: each thread that loads this gets other numbers, and each replay in it too. */
const state = { calls: performance.timeOrigin + performance.now() };
const moody = fn('moody', (text: string) => text.length + (state.calls += 1));

/** Long values, and those of other scripts. */
export const notes = sqliteTable('notes', {
  id: text().primaryKey(),
  text: text().notNull(),
  tags: text({ mode: 'json' }).notNull(),
  retaken: integer().notNull(),
  /** More digits than a JavaScript number holds. */
  digits: integer().notNull(),
});

export const moods = sqliteTable('moods', { id: text().primaryKey(), mood: real().notNull() });

/** Nothing ever writes to it. */
export const nothing = sqliteTable('nothing', { id: text().primaryKey() });

export default projection({
  name: 'notes',
  events,
  views: { notes, moods, nothing },
  on: {
    'note.taken': (e, db) => [
      db.insert(notes).values({
        id: e.stream,
        text: e.data.text,
        tags: e.data.tags,
        retaken: 0,
        digits: sql`123456789012345678`,
      }),
      db.insert(moods).values({ id: e.stream, mood: moody(e.data.text) }),
    ],
    'note.retaken': (e, db) =>
      db
        .update(notes)
        .set({ text: e.data.text, retaken: sql`${notes.retaken} + 1` })
        .where(eq(notes.id, e.stream)),
  },
});
