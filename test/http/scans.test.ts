import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { projection, query } from '../../src/projection/define.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { events, listening, orders, placed, problemOf, running } from './support.ts';

/** Every view is large, so that what may read all of it is a scan. */
const all = { rows: 0, readers: 1, timeout: 60_000 } as const;

const ENDLESS = sql<number>`(WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT max(x) FROM c)`;

const withEndless = projection({
  name: 'orders',
  events,
  views: { orders },
  on: {
    'order.placed': (e, db) =>
      db
        .insert(orders)
        .values({ id: e.stream, customer: e.data.customer, total: e.data.total, isPaid: false }),
  },
  queries: {
    endless: query({}, (_, db) => db.select({ n: ENDLESS }).from(orders)),
    dear: query({ least: z.coerce.number() }, ({ least }, db) =>
      db
        .select({ id: orders.id })
        .from(orders)
        .where(sql`${orders.total} >= ${least}`),
    ),
  },
});

async function shop(options: ProjectionistOptions): Promise<Projectionist> {
  const projectionist = await running(options);
  for (const id of ['A', 'B', 'C'])
    await projectionist.log.append(id, { ...placed, data: { customer: id, total: 100 } });
  await projectionist.ready();
  return projectionist;
}

const SCANS = [
  '/views/orders?total=gt.1&order=total.desc&limit=2',
  '/views/orders?customer=eq.B',
  '/views/rpc/dear?least=50&order=id.desc',
];

test.each(SCANS)('%s is answered alike by a scan and at once', async (path) => {
  const here = await shop({ projections: [withEndless] });
  const apart = await shop({ projections: [withEndless], scans: all });
  for (const headers of [
    {},
    { Prefer: 'count=exact' },
    { Range: '1-1' },
    { Prefer: 'as-of=2' },
    { Accept: 'text/csv' },
  ]) {
    const [one, other] = await Promise.all(
      [here, apart].map(async ({ app }) => {
        const response = await app.request(path, { headers });
        const kept = [...response.headers].filter(
          ([name]) => !['x-request-id', 'memento-datetime'].includes(name),
        );
        return { status: response.status, headers: kept, body: await response.text() };
      }),
    );
    expect(other).toEqual(one);
  }
});

test('a scan that runs too long is ended, and look-ups go on meanwhile', async () => {
  const projectionist = await shop({ projections: [withEndless], scans: { ...all, timeout: 2000 } });
  const url = await listening(projectionist);
  const endless = fetch(`${url}/views/rpc/endless`);
  const found = await fetch(`${url}/views/orders?id=eq.A`);
  expect(found.status).toBe(200);
  const response = await endless;
  const problem = await problemOf(response);
  expect(problem).toMatchObject({ status: 504, code: '57014', error: 'QUERY_TIMEOUT' });
  expect(JSON.stringify(problem)).not.toMatch(/select|recursive/i);
  expect(response.headers.get('Retry-After')).toBeNull();
  expect((await fetch(`${url}/views/orders?customer=eq.B`)).status).toBe(200);
});

test('what would wait behind too many scans is told to come again', async () => {
  const projectionist = await shop({ projections: [withEndless], scans: { ...all, queue: 1 } });
  const url = await listening(projectionist);
  const client = new AbortController();
  const first = fetch(`${url}/views/rpc/endless`, { signal: client.signal });
  const second = fetch(`${url}/views/rpc/endless`, { signal: client.signal });
  const both = Promise.allSettled([first, second]);
  const refused = await Promise.race(
    [0, 1, 2].map(() => fetch(`${url}/views/orders?customer=eq.B`, { signal: client.signal })),
  );
  expect(refused.headers.get('Retry-After')).toBe('1');
  expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'TOO_BUSY' });
  client.abort();
  await both;
});

test('scans go on while generations are swapped and deleted', async () => {
  const projectionist = await shop({ projections: [withEndless], scans: all });
  const scan = async () => (await projectionist.app.request('/views/orders?customer=eq.B')).json();
  const expected = [{ id: 'B', customer: 'B', total: 100, isPaid: false }];
  for (let generation = 0; generation < 4; generation += 1) {
    const asked = Array.from({ length: 4 }, scan);
    await projectionist.rebuild('orders');
    for (const rows of [...(await Promise.all(asked)), await scan()]) expect(rows).toEqual(expected);
  }
});
