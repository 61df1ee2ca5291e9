import { integer, real, sqliteTable } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';

const NAMES = Array.from({ length: 200 }, (_, at) => `measured_value_${at + 1}`);

/** As wide as they come. */
export const sheet = sqliteTable('sheet', {
  position: integer().primaryKey(),
  ...Object.fromEntries(NAMES.map((name) => [name, real().notNull()])),
});

export default projection({
  name: 'sheet',
  events,
  views: { sheet },
  on: {
    'sheet.filled': (e, db) =>
      db.insert(sheet).values({
        position: e.position,
        ...Object.fromEntries(NAMES.map((name) => [name, e.data.value])),
      }),
  },
});
