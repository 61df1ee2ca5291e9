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

const parkedOf = async (p: Projectionist, path: string) =>
  (await p.app.request(path)).headers.get('Projection-Parked');

test('answers that may lack events say so: exactly for one row, and for every list', async () => {
  const p = await withParked();
  expect(await parkedOf(p, '/views/stock?product=eq.a/b')).toBe('true');
  expect(await parkedOf(p, '/views/stock?product=eq.x')).toBeNull();
  expect(await parkedOf(p, '/views/stock')).toBe('true');
  const old = { 'Accept-Datetime': new Date(Date.now() + 1000).toUTCString() };
  expect((await p.app.request('/views/stock', { headers: old })).headers.get('Projection-Parked')).toBe(
    'true',
  );
  await p.discard('warehouse', 'a/b', 'too early');
  expect(await parkedOf(p, '/views/stock?product=eq.a/b')).toBeNull();
  expect(await parkedOf(p, '/views/stock')).toBeNull();
});

test('a decision changes the entity tag, though the position stays', async () => {
  const p = await withParked();
  const before = await p.app.request('/views/stock');
  const known = { 'If-None-Match': before.headers.get('ETag') as string };
  expect((await p.app.request('/views/stock', { headers: known })).status).toBe(304);
  await p.discard('warehouse', 'a/b', 'too early');
  const after = await p.app.request('/views/stock', { headers: known });
  expect(after.status).toBe(200);
  expect(after.headers.get('Projection-Position')).toBe(before.headers.get('Projection-Position'));
  const again = { 'If-None-Match': after.headers.get('ETag') as string };
  expect((await p.app.request('/views/stock', { headers: again })).status).toBe(304);
});

test('the past holds what was decided there', async () => {
  const p = await withParked();
  const position = p.log.head();
  expect(await rowsAsOf(p, position)).toHaveLength(1);
  await p.discard('warehouse', 'a/b', 'too early');
  await p.log.appendAll([added('y')]);
  await p.ready();
  expect(await rowsAsOf(p, position)).toHaveLength(2);
  expect(await rowsAsOf(p, position - 1)).toHaveLength(1);
});

async function rowsAsOf(p: Projectionist, position: number): Promise<unknown[]> {
  const headers = { Prefer: `as-of=${position}` };
  return (await (await p.app.request('/views/stock', { headers })).json()) as unknown[];
}
