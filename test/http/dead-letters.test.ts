import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { projection } from '../../src/projection/define.ts';
import { must } from '../../src/projection/statements.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { post, problemOf, running } from './support.ts';

const stock = sqliteTable('stock', { product: text().primaryKey(), count: integer().notNull() });
const warehouse = projection({
  name: 'warehouse',
  events: defineEvents({
    'product.added': { schema: z.object({}) },
    'product.counted': { schema: z.object({ by: z.int() }) },
  }),
  views: { stock },
  on: {
    'product.added': (e, db) => db.insert(stock).values({ product: e.stream, count: 0 }),
    'product.counted': (e, db) =>
      must(
        db
          .update(stock)
          .set({ count: sql`${stock.count} + ${e.data.by}` })
          .where(eq(stock.product, e.stream)),
      ),
  },
});

const added = (stream: string) => ({ stream, type: 'product.added', data: {} });
const counted = (stream: string, by: number) => ({ stream, type: 'product.counted', data: { by } });

/** A warehouse in which a/b is parked, with three letters. */
async function withParked(): Promise<Projectionist> {
  const p = await running({ projections: [warehouse] });
  await p.log.appendAll([added('x'), counted('a/b', 1), added('a/b'), counted('x', 2), counted('a/b', 4)]);
  await p.ready();
  return p;
}

const PARKED = '/projections/warehouse/dead-letters/a%2Fb';

test('dead letters are listed and shown, with their events', async () => {
  const { app } = await withParked();
  const list = (await (await app.request('/projections/warehouse/dead-letters')).json()) as object;
  expect(list).toMatchObject({
    projection: 'warehouse',
    generation: 1,
    parked: [{ partition: 'a/b', position: 2, type: 'product.counted', waiting: 3, attempts: 1 }],
    decisions: [],
  });
  const shown = (await (await app.request(PARKED)).json()) as object;
  expect(shown).toMatchObject({
    partition: 'a/b',
    statement: expect.stringContaining('update "stock"'),
    letters: [
      { position: 2, stream: 'a/b', version: 1, data: { by: 1 } },
      { position: 3, type: 'product.added' },
      { position: 5 },
    ],
  });
  expect(await (await app.request('/projections/warehouse')).json()).toMatchObject({
    state: 'parked',
    parked: 1,
    lag: 0,
  });
});

test('a retry answers what still stands in the way', async () => {
  const p = await withParked();
  const response = await post(p, `${PARKED}/retry`, '');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ applied: 0, waiting: 3, error: { code: 'APPLY_FAILED' } });
});

test('a discard leaves the failing event out, and is kept with its reason and who decided', async () => {
  const p = await withParked();
  const response = await post(p, `${PARKED}/discard`, '{"reason":"counted before it was added"}');
  expect(await response.json()).toEqual({ partition: 'a/b', applied: 2, waiting: 0, error: null });
  const rows = await (await p.app.request('/views/stock?order=product')).json();
  expect(rows).toEqual([
    { product: 'a/b', count: 4 },
    { product: 'x', count: 2 },
  ]);
  expect(await (await p.app.request('/projections/warehouse/dead-letters')).json()).toMatchObject({
    parked: [],
    decisions: [{ kind: 'discard', reason: 'counted before it was added', by: 'anybody' }],
  });
});

test.each([
  ['discard', '', 422, 'REASON_MISSING'],
  ['discard', '{"reason":"  "}', 422, 'REASON_MISSING'],
  ['discard', '{"why":"so"}', 400, 'BODY_INVALID'],
  ['discard', '{', 400, 'BODY_INVALID'],
])('%s with %j is refused', async (operation, body, status, code) => {
  const p = await withParked();
  expect(await problemOf(await post(p, `${PARKED}/${operation}`, body))).toMatchObject({ status, code });
});

test('what is not parked, or not there, is not found', async () => {
  const p = await withParked();
  for (const path of ['/projections/warehouse/dead-letters/x', '/projections/nobody/dead-letters'])
    expect((await p.app.request(path)).status).toBe(404);
  for (const path of [
    '/projections/warehouse/dead-letters/x/retry',
    '/projections/nobody/dead-letters/x/retry',
  ])
    expect(await problemOf(await post(p, path, ''))).toMatchObject({ status: 404 });
});
