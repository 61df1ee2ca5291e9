import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, projection } from 'projectionist';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { EventLog } from '../../../src/event-log/event-log.ts';
import type { Projection } from '../../../src/projection/define.ts';
import { open, rowsOf, statusOf, temporaryFolder } from '../stage.ts';

const items = sqliteTable('items', { id: text().primaryKey(), name: text() });
const sold = sqliteTable('sold', { position: integer().primaryKey() });

/** The projections of a deployment whose catalogue knows `item.named` in version 1 or 2. */
function deployment(version: 1 | 2): Projection[] {
  const events = defineEvents({
    'item.named':
      version === 1
        ? { schema: z.object({ name: z.string() }) }
        : {
            schema: z.object({ label: z.string() }),
            upcast: { 1: (old: { name: string }) => ({ label: old.name }) },
          },
    'item.sold': { schema: z.object({}) },
  });
  return [
    projection({
      name: 'items',
      events,
      views: { items },
      on: {
        'item.named': (e, db) => {
          const name = version === 1 ? e.data.name : e.data.label;
          return db
            .insert(items)
            .values({ id: e.stream, name })
            .onConflictDoUpdate({ target: items.id, set: { name } });
        },
        'item.sold': (e, db) => db.delete(items).where(eq(items.id, e.stream)),
      },
    }),
    projection({
      name: 'sold',
      events,
      views: { sold },
      on: { 'item.sold': (e, db) => db.insert(sold).values({ position: e.position }) },
    }),
  ];
}

test('an event of a schema version that is not known yet stops its projection alone, until the definitions come', async () => {
  const data = temporaryFolder();
  const older = await open(data, { projections: deployment(1) });
  await older.p.log.append('a', { type: 'item.named', data: { name: 'Anvil' } });
  await older.p.waitFor('items', 1);
  await older.p.close();

  const newer = await open(data, { projections: deployment(2) });
  await newer.p.log.append('b', { id: 'evt-b', type: 'item.named', data: { label: 'Bell' } });
  await newer.p.log.append('a', { type: 'item.sold', data: {} });
  await newer.p.waitFor('items', 3);
  expect(await rowsOf(newer.p, 'items')).toEqual([{ id: 'b', name: 'Bell' }]);
  await newer.p.close();

  // The older definitions once more, as in a deployment that was taken back.
  const back = await open(data, { projections: deployment(1) });
  const stopped = await back.notices.until('stopped');
  expect(stopped).toMatchObject({
    projection: 'items',
    error: {
      code: 'EVENT_SCHEMA_NEWER',
      message:
        'item.named at position 2 is written in schema version 2; this generation of items reads versions up to 1',
      hint: expect.stringContaining('Deploy the definitions that have version 2 of item.named') as string,
      evidence: { projection: 'items', position: 2, eventId: 'evt-b', eventType: 'item.named', stream: 'b' },
    },
  });
  expect(statusOf(back.p, 'items').error).toMatchObject({ code: 'EVENT_SCHEMA_NEWER' });
  await back.p.waitFor('sold', 3);
  expect(statusOf(back.p, 'sold')).toMatchObject({ state: 'live', position: 3, error: null });
  expect(await rowsOf(back.p, 'sold')).toEqual([{ position: 3 }]);
  // What this catalogue does not know it does not let in either.
  await expect(
    back.p.log.append('c', { type: 'item.named', schemaVersion: 2, data: { label: 'Cup' } }),
  ).rejects.toMatchObject({ code: 'EVENT_SCHEMA_NEWER' });
  await back.p.close();

  const again = await open(data, { projections: deployment(2) });
  await again.p.waitFor('items', 3);
  expect(await rowsOf(again.p, 'items')).toEqual([{ id: 'b', name: 'Bell' }]);
});

test('a projection whose handlers read no data stops too: what the new version means is not known', async () => {
  const data = temporaryFolder();
  const log = EventLog.open(join(data, 'log.db'));
  await log.appendAll([
    { stream: 'a', type: 'item.sold', data: {} },
    { stream: 'b', type: 'item.sold', schemaVersion: 2, data: {} },
  ]);
  await log.close();
  const { notices } = await open(data, { projections: deployment(2) });
  const [first, second] = [await notices.until('stopped'), await notices.until('stopped', 2)];
  for (const stopped of [first, second])
    expect(stopped.error).toMatchObject({
      code: 'EVENT_SCHEMA_NEWER',
      evidence: { position: 2, actual: 2, expected: 1 },
    });
  expect([first, second].map(({ projection: name }) => name).toSorted()).toEqual(['items', 'sold']);
});

test('types that no projection names are no concern of any, whatever their version', async () => {
  const data = temporaryFolder();
  const newer = await open(data, { projections: deployment(2) });
  await newer.p.log.append('b', { type: 'item.named', data: { label: 'Bell' } });
  await newer.p.close();
  const [, soldOnly] = deployment(1) as [Projection, Projection];
  const { p } = await open(data, { projections: [soldOnly] });
  await p.waitFor('sold', 1);
  expect(statusOf(p, 'sold')).toMatchObject({ state: 'live', position: 1, error: null });
});
