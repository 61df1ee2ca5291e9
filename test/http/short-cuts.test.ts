import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import type { Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { bothWays, filled, listening, mounted, ordersUnder, ownOrders, serving } from './support.ts';

/** Below `/read` of a Hono app that has these middlewares of its own. */
function routed({ app }: Projectionist, ...own: Parameters<Hono['use']>[1][]): Promise<string> {
  const host = new Hono();
  for (const middleware of own) host.use(middleware);
  host.route('/read', app);
  return serving(createAdaptorServer({ fetch: host.fetch }) as Server).then((url) => `${url}/read`);
}

const PATHS = [
  '/views/orders?order=id',
  '/views/orders?limit=1',
  '/views/orders?select=nothing',
  '/views/nothing',
  '/views/ord%65rs',
];

describe.each<[string, (projectionist: Projectionist) => Promise<string>]>([
  ['a server of ours', listening],
  ['a listener', (p) => mounted(p, '')],
  ['a listener under a path', (p) => mounted(p, '/read')],
  ['a Hono app', (p) => routed(p)],
])('%s', (_, serve) => {
  test('answers alike on both ways', async () => {
    const url = await serve(await filled());
    for (const path of PATHS)
      for (const headers of [
        {},
        { Accept: 'text/csv' },
        { Prefer: 'count=exact' },
        { 'If-None-Match': '*' },
        { Origin: 'https://a.example' },
      ]) {
        const { short, whole } = await bothWays(url + path, headers);
        expect(short).toEqual(whole);
      }
    const { short } = await bothWays(`${url}/views/orders?limit=1`);
    expect(short.headers['link']).toContain(
      `<${new URL(url).pathname.replace(/\/$/, '')}/views/orders?limit=1&after=`,
    );
  });

  test('lets nobody in by the short way', async () => {
    const tokens = [{ name: 'ann', token: 'the-token-of-ann-', scopes: ['read' as const] }];
    const url = await serve(await filled({ auth: { tokens } }));
    const ask = async (token: string) => {
      const { short, whole } = await bothWays(`${url}/views/orders`, { Authorization: `Bearer ${token}` });
      expect(short).toEqual(whole);
      return short;
    };
    expect((await ask('the-token-of-ann-')).status).toBe(200);
    expect((await ask('the-token-of-bob-')).status).toBe(401);
  });
});

describe('a host that says who asks', () => {
  const asked: string[] = [];
  const auth: ProjectionistOptions['auth'] = {
    caller: async (c: Context) => {
      const user = c.req.header('X-User');
      asked.push(user ?? 'nobody');
      if (user === undefined) return undefined;
      if (user === 'broken') throw new Error('the sessions cannot be reached');
      if (user === 'renewed') c.header('Set-Cookie', 'session=2');
      return { name: user, scopes: user === 'writer' ? ['append'] : ['read'], claims: { sub: user } };
    },
  };

  test.each<[string, (projectionist: Projectionist) => Promise<string>]>([
    ['a Hono app', (p) => routed(p)],
    ['a listener', (p) => mounted(p, '/read')],
  ])('is asked once by %s, and believed alike on both ways', async (_, serve) => {
    const onFault = () => {};
    const url = await serve(await filled({ projections: [ordersUnder(ownOrders)], auth, onFault }));
    const ask = async (user: string | undefined, path = '/views/orders?select=customer') => {
      asked.length = 0;
      const { short, whole } = await bothWays(url + path, user === undefined ? {} : { 'X-User': user });
      expect(short).toEqual(whole);
      expect(asked).toHaveLength(2);
      return short;
    };
    expect((await ask('ann')).body).toBe('[{"customer":"ann"},\n{"customer":"ann"}]');
    expect((await ask('bob')).body).toBe('[{"customer":"bob"}]');
    expect((await ask('ann', '/views/orders?select=nothing')).status).toBe(400);
    expect((await ask('renewed')).headers['set-cookie']).toBe('session=2');
    expect((await ask('writer')).status).toBe(403);
    expect((await ask('broken')).status).toBe(500);
    expect((await ask(undefined)).status).toBe(401);
  });
});

test.each<[string, Parameters<Hono['use']>[1]]>([
  ['cors', cors({ origin: ['https://a.example'], credentials: true })],
  ['cors for anybody', cors()],
  ['secure headers', secureHeaders()],
  ['request ids', requestId()],
  [
    'headers that are ours as well',
    (c, next) => {
      c.header('Cache-Control', 'max-age=9');
      c.header('Referrer-Policy', 'origin');
      c.header('Link', '</style.css>; rel="preload"');
      return next();
    },
  ],
  [
    'headers that come after',
    async (c, next) => {
      await next();
      c.header('X-Own', c.get('requestId') === undefined ? 'none' : 'some');
      c.header('Vary', 'Cookie', { append: true });
    },
  ],
])("a host's own %s are there on both ways", async (_, middleware) => {
  const url = await routed(await filled(), middleware);
  for (const path of PATHS)
    for (const known of ['"other"', '*']) {
      const { short, whole } = await bothWays(url + path, {
        Origin: 'https://a.example',
        'If-None-Match': known,
      });
      expect(short).toEqual(whole);
    }
});

test("a host's own id of a request is on the answer, and one that the request brings goes before it", async () => {
  const projectionist = await filled();
  const own = await listening(projectionist);
  const host = await routed(projectionist, requestId({ generator: () => 'of-the-host' }));
  const mark = 'x'.repeat(255);
  const idOf = async (url: string, headers: Record<string, string>) =>
    (await fetch(`${url}/views/orders`, { headers })).headers.get('X-Request-Id');
  expect(await idOf(host, {})).toBe('of-the-host');
  for (const way of [{}, { 'Range-Unit': 'items' }]) {
    for (const id of ['mine', 'a=b-c_d', mark]) {
      expect(await idOf(own, { 'X-Request-Id': id, ...way })).toBe(id);
      expect(await idOf(host, { 'X-Request-Id': id, ...way })).toBe(id);
    }
    for (const id of ['a b', 'é', '<x>', `${mark}x`]) {
      expect(await idOf(own, { 'X-Request-Id': id, ...way })).toMatch(/^[\w-]{12}-[\da-z]+$/);
      expect(await idOf(host, { 'X-Request-Id': id, ...way })).toBe('of-the-host');
    }
  }
});
