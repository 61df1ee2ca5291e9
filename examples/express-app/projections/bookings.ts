import { eq } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { must, projection } from 'projectionist';
import { events } from './events.ts';

export const bookings = sqliteTable(
  'bookings',
  {
    id: text().primaryKey(),
    room: text().notNull(),
    day: text().notNull(),
    by: text().notNull(),
    /** Of the stream: what the next decision about this room and day expects. */
    version: integer().notNull(),
  },
  (table) => [index('bookings_by_day').on(table.day, table.room)],
);

export default projection({
  name: 'bookings',
  events,
  views: { bookings },
  on: {
    'room.booked': (e, db) =>
      db
        .insert(bookings)
        .values({ id: e.stream, room: e.data.room, day: e.data.day, by: e.data.by, version: e.version }),
    'room.released': (e, db) => must(db.delete(bookings).where(eq(bookings.id, e.stream))),
  },
});
