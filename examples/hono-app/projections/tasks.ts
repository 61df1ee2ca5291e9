import { eq } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { must, projection } from 'projectionist';
import { events } from './events.ts';

export const tasks = sqliteTable(
  'tasks',
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    title: text().notNull(),
    addedAt: text('added_at').notNull(),
    doneAt: text('done_at'),
  },
  (table) => [index('tasks_of').on(table.owner, table.addedAt)],
);

export default projection({
  name: 'tasks',
  events,
  views: { tasks },
  on: {
    'task.added': (e, db) =>
      db.insert(tasks).values({ id: e.stream, owner: e.data.owner, title: e.data.title, addedAt: e.time }),
    'task.done': (e, db) => must(db.update(tasks).set({ doneAt: e.time }).where(eq(tasks.id, e.stream))),
  },
  // Whoever asks over HTTP sees their own, on every way: pages, live answers, the past.
  policy: { tasks: ({ claims }) => eq(tasks.owner, claims.sub) },
});
