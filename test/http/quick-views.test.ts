import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLines } from '../../src/event-log/import.ts';
import { type RunningServer, serve } from '../../src/http/serve.ts';
import { createProjectionist, type Projectionist } from '../../src/index.ts';
import { bothWays, seen } from './support.ts';

let folder: string;
let projectionist: Projectionist;
let server: RunningServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectionist-quick-'));
  projectionist = await createProjectionist({ data: folder, projections: resolve('projections') });
  await projectionist.importLines(openLines(resolve('data/shop.events.ndjson')));
  projectionist.start();
  await projectionist.ready();
  server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
}, 60_000);

afterAll(async () => {
  await server.close();
  await projectionist.close();
  rmSync(folder, { recursive: true, force: true });
});

const PATHS = [
  '/views/orders?id=eq.order-1001',
  '/views/orders?id=eq.nobody',
  '/views/orders?limit=3&order=placed_at.desc',
  '/views/orders?limit=0',
  '/views/orders',
  '/views/orders?select=id,order_lines(name)&limit=2',
  '/views/orders?status=eq.shipped&offset=5&limit=2',
  '/views/orders?nope=eq.1',
  '/views/orders?status=eq.lost',
  '/views/orders?limit=abc',
  '/views/nothing',
  '/views/order_lines?quantity=gt.2&limit=5',
  '/views/revenue?day=eq.2025-12-31',
  '/views/products?order=units_sold.desc&limit=40',
];
const ENCODINGS = ['identity', 'gzip', 'deflate, gzip;q=0.5', 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3'];
const ACCEPTS = ['*/*', 'application/json', 'text/csv', 'application/vnd.pgrst.object+json', 'image/png'];

test.each(PATHS.flatMap((path) => ACCEPTS.map((accept) => [path, accept] as const)))(
  '%s as %s is answered alike on the short way and on the whole way',
  async (path, accept) => {
    for (const encoding of ENCODINGS) {
      const { short, whole } = await bothWays(server.url + path, {
        Accept: accept,
        'Accept-Encoding': encoding,
      });
      expect(short).toEqual(whole);
    }
  },
);

test.each([
  ['', undefined],
  ['br, zstd', undefined],
  ['*', undefined],
  ['gzip, deflate, br, zstd', 'gzip'],
  ['GZIP', 'gzip'],
  ['deflate', 'deflate'],
  ['gzip;q=0.5, deflate;q=0.8', 'deflate'],
  ['gzip;q=0.5, *', 'deflate'],
  ['deflate, gzip;q=0', 'deflate'],
  ['gzip;q=0', undefined],
  ['gzip;q=abc', 'gzip'],
])('a request that accepts "%s" queries once, and gets %s', async (accepted, encoding) => {
  const path = '/views/orders?limit=40';
  const before = await queries();
  const { headers } = await seen(server.url + path, { 'Accept-Encoding': accepted });
  expect((await queries()) - before).toBe(1);
  expect(headers['content-encoding']).toBe(encoding);
  const { short, whole } = await bothWays(server.url + path, { 'Accept-Encoding': accepted });
  expect(short).toEqual(whole);
});

const TAG = '{tag}';
const PREFERENCES = [
  'count=exact',
  'count=estimated, handling=lenient',
  'handling=strict, count=planned',
  'handling=strict, colour=blue',
  'min-position=20008',
  'min-position=3, wait=1, count=exact',
  'min-position=20009, wait=0',
  'min-position=abc',
  'min-position=3, wait=abc',
  'as-of=100',
  'return=representation',
  '',
];

test.each(
  [
    '/views/orders?id=eq.order-1001',
    '/views/orders?limit=3',
    '/views/orders?offset=9999',
    '/views/nothing',
  ].flatMap((path) => PREFERENCES.map((prefer) => [path, prefer] as const)),
)('%s with Prefer: %s is answered alike on both ways', async (path, prefer) => {
  for (const accept of ['*/*', 'text/csv', 'image/png'])
    for (const known of [undefined, '*', TAG, `"other", ${TAG}`, 'W/"other"']) {
      const asked = { Accept: accept, Prefer: prefer, 'Accept-Encoding': 'gzip' };
      const tag = known?.includes(TAG) === true ? (await seen(server.url + path, asked)).headers['etag'] : '';
      const { short, whole } = await bothWays(server.url + path, {
        ...asked,
        ...(known !== undefined && { 'If-None-Match': known.replace(TAG, tag ?? '"none"') }),
      });
      expect(short).toEqual(whole);
    }
});

test.each([
  [{}, 1],
  [{ 'If-None-Match': '"other"' }, 1],
  [{ 'If-None-Match': '*' }, 0],
  [{ Prefer: 'count=exact' }, 1],
  [{ Prefer: 'count=exact', Range: '0-1' }, 1],
])('a request with %j takes %i queries', async (headers: Record<string, string>, count) => {
  const before = await queries();
  await seen(`${server.url}/views/orders?limit=2`, headers);
  expect((await queries()) - before).toBe(count);
});

/** How many queries have been answered, as the metrics count them. */
async function queries(): Promise<number> {
  const lines =
    (await projectionist.metrics()).match(/^projectionist_query_duration_seconds_count\S* \d+$/gm) ?? [];
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const LONG = `/views/orders?id=eq.${'x'.repeat(17_000)}`;

test.each(['/views/orders?id=eq.%zz', '/views/orders?id=eq.%C3%A9', '/views/ord%65rs?limit=1', LONG])(
  'an address that needs a second look is answered alike on both ways: %.40s',
  async (path) => {
    const { short, whole } = await bothWays(server.url + path);
    expect(short).toEqual(whole);
  },
);

test('each answer has a request id, and the short way says how far behind it is', async () => {
  const response = await fetch(`${server.url}/views/orders?id=eq.order-1001`);
  expect(response.headers.get('X-Request-Id')).toMatch(/^[\w-]{12}-[\da-z]+$/);
  expect(response.headers.get('Projection-Lag')).toBe('0');
  expect(response.headers.get('Projection-Position')).toBe('20008');
});
