import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, fn, projection } from 'projectionist';
import { z } from 'zod';

const { existsSync, writeFileSync } = globalThis.process.getBuiltinModule('node:fs');
const { isMainThread } = globalThis.process.getBuiltinModule('node:worker_threads');
const marks = globalThis.process.env['MARKS'] ?? '';

// A thread finds the file as it should not be, as long as this mark stands.
if (!isMainThread && existsSync(`${marks}/broken`)) throw new Error('broken at load');

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
const perform = (owner: string): string => {
  const [fault = '', times = ''] = owner.split('-');
  const mark = `${marks}/${owner}`;
  const isDue = fault in FAULTS && (times === 'always' || !existsSync(mark));
  if (isDue) {
    writeFileSync(mark, '');
    FAULTS[fault]?.();
  }
  return owner;
};
const act = fn('act', perform);

const events = defineEvents({
  'owner.seen': {
    schema: z.object({ owner: z.string() }),
    // An append checks what it takes by the same function, before the fault is due.
    upcast: {
      1: ({ name }: { name: string }) => ({
        owner: globalThis.process.env['IS_STARTED'] ? perform(name) : name,
      }),
    },
  },
});

export default projection({
  name: 'seen',
  onError: globalThis.process.env['ON_ERROR'] === 'stop' ? 'stop' : 'park',
  events,
  views: { seen },
  // What tells the partition passes through the upcaster, too.
  ...(globalThis.process.env['PARTITION'] === 'owner' && { partitionBy: (e) => e.data.owner }),
  on: {
    'owner.seen': (e, db) => db.insert(seen).values({ position: e.position, owner: act(e.data.owner) }),
  },
});
