import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, forEach, projection } from 'projectionist';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { policyMark } from '../../src/query/live/policy-mark.ts';
import { policiesOf } from '../../src/query/policies.ts';
import { MemoryRun } from './memory-run.ts';

const events = defineEvents({
  counted: { schema: z.object({ items: z.array(z.object({ id: z.string(), size: z.number() })) }) },
});
const counted = { type: 'counted', data: { items: [{ id: 'a', size: 3 }] } };

// Drizzle takes the names of these columns from their keys, and remembers them by the table's name.
const before = sqliteTable('items', { id: text().primaryKey() });
const after = sqliteTable('items', { id: text().primaryKey(), size: integer().notNull() });

test('a definition that is changed in the same process may use its new columns, in policies too', () => {
  const first = projection({
    name: 'items',
    events,
    views: { items: before },
    on: { counted: (e, db) => forEach(e.data.items, ({ id }) => db.insert(before).values({ id })) },
  });
  const second = projection({
    name: 'items',
    events,
    views: { items: after },
    on: {
      counted: (e, db) => forEach(e.data.items, ({ id, size }) => db.insert(after).values({ id, size })),
    },
  });
  expect(new MemoryRun(first).apply(counted).rows('SELECT * FROM items')).toEqual([{ id: 'a' }]);
  expect(new MemoryRun(second).apply(counted).rows('SELECT * FROM items')).toEqual([{ id: 'a', size: 3 }]);
  policiesOf(() => eq(before.id, 'a'), ['items']);
  const sizeOf = (size: number) => () => eq(after.size, size);
  expect(policiesOf(sizeOf(3), ['items']).get('items')).toEqual({ sql: '"items"."size" = ?', values: [3] });
  expect(policyMark(sizeOf(3), ['items'])).not.toBe(policyMark(sizeOf(4), ['items']));
});
