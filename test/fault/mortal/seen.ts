import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, projection } from 'projectionist';
import { z } from 'zod';

const events = defineEvents({ 'owner.seen': { schema: z.object({ owner: z.string() }) } });
const seen = sqliteTable('seen', { position: integer().primaryKey(), owner: text().notNull() });

/** Ends its thread the first time that it meets a deadly owner; a mark in a folder tells it of the first time. */
const dieOnce = fn('die_once', (owner: string) => {
  const { existsSync, writeFileSync } = globalThis.process.getBuiltinModule('node:fs');
  const mark = `${globalThis.process.env['MORTAL_MARKS']}/${owner}`;
  if (owner.startsWith('deadly') && !existsSync(mark)) {
    writeFileSync(mark, '');
    globalThis.process.exit(3);
  }
  return owner;
});

export default projection({
  name: 'seen',
  events,
  views: { seen },
  on: {
    'owner.seen': (e, db) => db.insert(seen).values({ position: e.position, owner: dieOnce(e.data.owner) }),
  },
});
