import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLines } from '../../src/event-log/import.ts';
import { loadDefinitions } from '../../src/projection/load.ts';
import type { LoadedProjection } from '../../src/projection/load.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { createProjectionist } from '../../src/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { builtAfresh, contents } from './support.ts';

let data: string;
let projectionist: Projectionist;
let orders: LoadedProjection;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'projectionist-as-of-'));
  projectionist = await createProjectionist({
    data,
    projections: resolve('projections'),
    copies: { count: 4 },
  });
  await projectionist.importLines(openLines(resolve('data/shop.events.ndjson')));
  projectionist.start();
  await projectionist.ready();
  const definitions = await loadDefinitions(resolve('projections'));
  orders = definitions.projections.find(
    ({ compiled }) => compiled.program.projection === 'orders',
  ) as LoadedProjection;
}, 120_000);

afterAll(async () => {
  await projectionist.close();
  rmSync(data, { recursive: true, force: true });
});

async function get(path: string, headers: Record<string, string> = {}) {
  return projectionist.app.request(path, { headers });
}

const copyAt = (position: number) =>
  join(data, 'copies', `orders-${orders.compiled.program.hash.slice(0, 8)}-${position}.db`);

test('rows as of random positions are those of a fresh build over the prefix of the log', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3000 }), async (position) => {
      const response = await get('/views/orders', { Prefer: `as-of=${position}` });
      expect(response.status).toBe(200);
      expect(response.headers.get('Projection-Position')).toBe(String(position));
      expect(response.headers.get('Preference-Applied')).toContain(`as-of=${position}`);
      const fresh = builtAfresh(orders.compiled, projectionist.log.path, projectionist.log.id, position);
      expect(((await response.json()) as unknown[]).length).toBe(fresh['orders']?.length);
      // Stored rows too, byte for byte, with what no query shows.
      expect(contents(copyAt(position))).toEqual(fresh);
    }),
    { numRuns: Number(process.env['AS_OF_RUNS'] ?? 12), seed: Number(process.env['SEED'] ?? 7) },
  );
  expect(readdirSync(join(data, 'copies')).length).toBeLessThanOrEqual(4);
}, 120_000);

test('fifty callers who ask for the same position share one build', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => get('/views/orders?limit=3', { Prefer: 'as-of=4321' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(bodies).size).toBe(1);
});

test('past the limit of builds the answer is 503 with Retry-After', async () => {
  const positions = [5001, 5002, 5003, 5004];
  const answers = await Promise.all(
    positions.map((position) => get('/views/orders?limit=1', { Prefer: `as-of=${position}` })),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([200, 200, 503, 503]);
  const refused = answers.find(({ status }) => status === 503);
  expect(refused?.headers.get('Retry-After')).toBeTruthy();
  expect(await refused?.json()).toMatchObject({ code: 'TOO_BUSY' });
});

test('before the first event there is nothing; after the head is an error that says the head', async () => {
  for (const headers of [{ Prefer: 'as-of=0' }, { 'Accept-Datetime': 'Sat, 01 Jan 2000 00:00:00 GMT' }]) {
    const response = await get('/views/orders', headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([]);
  }
  const head = projectionist.log.head();
  const late = await get('/views/orders', { Prefer: `as-of=${head + 1}` });
  expect(late.status).toBe(400);
  expect(await late.json()).toMatchObject({
    code: 'POSITION_AHEAD',
    message: expect.stringContaining(String(head)) as string,
  });
  const future = await get('/views/orders', { 'Accept-Datetime': 'Thu, 01 Jan 2099 00:00:00 GMT' });
  expect(future.status).toBe(400);
});

test('the head, and a time after the last event that has passed, are answered by the live generation', async () => {
  const head = projectionist.log.head();
  for (const headers of [{ Prefer: `as-of=${head}` }, { 'Accept-Datetime': new Date().toUTCString() }]) {
    const response = await get('/views/orders?limit=2', headers);
    expect(response.headers.get('Projection-Position')).toBe(String(head));
  }
  expect(existsSync(copyAt(head))).toBe(false);
});

test('a time finds the last event at or before it, and Memento-Datetime leads back to the same', async () => {
  const time = projectionist.log.timeAt(700) as string;
  const exact = await get('/views/orders', { 'Accept-Datetime': time });
  expect(exact.headers.get('Projection-Position')).toBe('700');
  const memento = exact.headers.get('Memento-Datetime') as string;
  expect(Date.parse(memento)).toBe(Math.floor(Date.parse(time) / 1000) * 1000);
  expect(exact.headers.get('Vary')).toMatch(/accept-datetime/i);
  expect(exact.headers.get('Link')).toContain('rel="original timegate"');
  const again = await get('/views/orders', { 'Accept-Datetime': memento });
  expect(await again.text()).toBe(await exact.text());
});

test('what cannot be read as a point is refused', async () => {
  for (const headers of [
    { Prefer: 'as-of=-1' },
    { Prefer: 'as-of=soon' },
    { 'Accept-Datetime': 'yesterday' },
    { 'Accept-Datetime': 'Sat, 99 Jan 2000 00:00:00 GMT' },
  ]) {
    expect((await get('/views/orders', headers)).status).toBe(400);
  }
});

test('asOf hands views over to Drizzle', async () => {
  const { orders: table } = await import('../../projections/orders.ts');
  using past = await projectionist.asOf('orders', 2);
  expect(past.position).toBe(2);
  expect(
    past
      .view(table)
      .all()
      .map(({ id, status }) => ({ id, status })),
  ).toEqual([{ id: 'order-1001', status: 'placed' }]);
});
