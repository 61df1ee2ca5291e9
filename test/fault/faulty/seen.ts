import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, projection } from 'projectionist';
import { z } from 'zod';

const { existsSync, writeFileSync } = globalThis.process.getBuiltinModule('node:fs');
const { isMainThread } = globalThis.process.getBuiltinModule('node:worker_threads');
const marks = globalThis.process.env['MARKS'] ?? '';

// A thread finds the file as it should not be, as long as this mark stands.
if (!isMainThread && existsSync(`${marks}/broken`)) throw new Error('broken at load');

const events = defineEvents({ 'owner.seen': { schema: z.object({ owner: z.string() }) } });
const seen = sqliteTable('seen', { position: integer().primaryKey(), owner: text().notNull() });

const FAULTS: Readonly<Record<string, () => unknown>> = {
  exits: () => globalThis.process.exit(3),
  // What no thread survives: the operating system, or V8 out of memory, ends the process.
  kills: () => globalThis.process.kill(globalThis.process.pid, 'SIGKILL'),
  loops: () => {
    for (;;);
  },
  eats: () => {
    const held: unknown[] = [];
    for (;;) held.push(Array.from({ length: 1_000_000 }, () => held.length));
  },
};

/** Does what an owner's name says: `exits-always`, or `loops-once`, which leaves a mark of having done it. */
const act = fn('act', (owner: string) => {
  const [fault = '', times = ''] = owner.split('-');
  const mark = `${marks}/${owner}`;
  const isDue = fault in FAULTS && (times === 'always' || !existsSync(mark));
  if (isDue) {
    writeFileSync(mark, '');
    FAULTS[fault]?.();
  }
  return owner;
});

export default projection({
  name: 'seen',
  onError: globalThis.process.env['ON_ERROR'] === 'stop' ? 'stop' : 'park',
  events,
  views: { seen },
  on: {
    'owner.seen': (e, db) => db.insert(seen).values({ position: e.position, owner: act(e.data.owner) }),
  },
});
