import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { type Context, Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { describe, expect, test } from 'vitest';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import {
  mounted,
  opened,
  ordersUnder,
  ownOrders,
  placed,
  post,
  problemOf,
  running,
  serving,
} from './support.ts';

const json = { 'Content-Type': 'application/json' };

describe.each(['', '/read', '/a/console-of/views'])('a listener below "%s"', (mount) => {
  test('finds its routes, and its links lead to where it is', async () => {
    const p = await running();
    const url = await mounted(p, mount);
    const appended = await fetch(`${url}/streams/o-1`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify([placed]),
    });
    expect(appended.status).toBe(201);
    expect(appended.headers.get('Location')).toBe(`${mount}/events/1`);
    expect(await (await fetch(`${url}/events/1`)).json()).toMatchObject({ stream: 'o-1' });
    await post(p, '/streams/o-2', placed);
    await p.ready();

    const page = await fetch(`${url}/views/orders?limit=1`);
    const next = /<([^>]+)>/.exec(page.headers.get('Link') ?? '')?.[1] ?? '';
    expect(next.startsWith(`${mount}/views/orders?`)).toBe(true);
    expect(await (await fetch(new URL(next, url))).json()).toMatchObject([{ id: 'o-2' }]);

    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({
      servers: [{ url: mount === '' ? '/' : mount }],
    });
    const index = (await (await fetch(url)).json()) as { links: { views: { href: string } } };
    expect(index.links.views.href).toBe(`${mount}/views`);
    const rebuild = await fetch(`${url}/projections/orders/rebuild`, { method: 'POST' });
    expect(rebuild.headers.get('Location')).toBe(`${mount}/projections/orders`);
  });

  test('has its console there', async () => {
    const url = await mounted(await running(), mount);
    const led = await fetch(url, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    expect(led.headers.get('Location')).toBe(`${mount}/console`);
    const html = await (await fetch(`${url}/console/views/orders`)).text();
    const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(html) ?? [];
    expect(script.startsWith(`${mount}/console/assets/`)).toBe(true);
    expect((await fetch(new URL(script, url))).headers.get('Content-Type')).toContain('javascript');
  });
});

describe('a listener', () => {
  test('takes a body of which nobody has told the length', async () => {
    const url = await mounted(await running(), '/read');
    const body = new Blob([JSON.stringify(placed)]).stream();
    const response = await fetch(`${url}/streams/o-1`, {
      method: 'POST',
      headers: json,
      body,
      duplex: 'half',
    });
    expect(response.status).toBe(201);
    expect((await fetch(`${url}/views/orders`, { method: 'PUT' })).status).toBe(405);
  });

  test('says so where a body parser was faster, unless that has kept the bytes', async () => {
    const { listener } = await running();
    const server = createServer((incoming: IncomingMessage & { rawBody?: Buffer }, outgoing) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        if (incoming.headers['x-keep'] === 'yes') incoming.rawBody = Buffer.concat(chunks);
        await listener(incoming, outgoing);
      })();
    });
    const url = `${await serving(server)}/streams/o-1`;
    const send = (keep: string) =>
      fetch(url, { method: 'POST', headers: { ...json, 'X-Keep': keep }, body: JSON.stringify(placed) });
    const problem = await problemOf(await send('no'));
    expect(problem).toMatchObject({ status: 400, code: 'BODY_INVALID' });
    expect(problem.hint).toContain('before the body parser');
    expect((await send('yes')).status).toBe(201);
  });

  test('takes what a proxy sends, a whole URL', async () => {
    const url = await mounted(await running(), '');
    const { port } = new URL(url);
    const status = await new Promise((resolve, reject) => {
      const asked = httpRequest({ port, host: '127.0.0.1', path: `${url}/healthz` }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(200);
  });

  test("leaves the process's own Request and Response alone", async () => {
    const before = [globalThis.Request, globalThis.Response];
    await opened();
    expect([globalThis.Request, globalThis.Response]).toEqual(before);
  });
});

describe('the host says who asks', () => {
  const auth: ProjectionistOptions['auth'] = {
    caller: async (c) => {
      const user: string | undefined = c.get('user');
      if (user === undefined) return undefined;
      return { name: user, scopes: user === 'root' ? ['read', 'operate'] : ['read'], claims: { sub: user } };
    },
  };

  async function site() {
    const p = await running({ projections: [ordersUnder(ownOrders)], auth });
    for (const customer of ['ann', 'bob'])
      await p.log.append(`of-${customer}`, { type: 'order.placed', data: { customer, total: 1 } });
    await p.ready();
    const app = new Hono<{ Variables: { user?: string } }>();
    app.use((c, next) => {
      const user = c.req.header('X-User');
      if (user !== undefined) c.set('user', user);
      return next();
    });
    app.route('/read', p.app);
    return (path: string, user?: string, method = 'GET') =>
      app.request(`/read${path}`, { method, headers: user === undefined ? {} : { 'X-User': user } });
  }

  test('and row policies have its claims', async () => {
    const ask = await site();
    expect(await (await ask('/views/orders?select=id', 'ann')).json()).toEqual([{ id: 'of-ann' }]);
    expect(await (await ask('/views/orders?select=id', 'bob')).json()).toEqual([{ id: 'of-bob' }]);
    expect(await (await ask('/whoami', 'ann')).json()).toEqual({ name: 'ann', scopes: ['read'] });
  });

  test('whom it does not know is refused, and asked for no token of ours', async () => {
    const ask = await site();
    const refused = await ask('/views/orders');
    expect(refused.headers.has('WWW-Authenticate')).toBe(false);
    expect(await problemOf(refused)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(401);
  });

  test('what its scopes lack is refused by name', async () => {
    const ask = await site();
    const refused = await ask('/projections/orders/rebuild', 'ann', 'POST');
    expect(refused.headers.has('WWW-Authenticate')).toBe(false);
    expect(await problemOf(refused)).toMatchObject({ status: 403, message: 'ann lacks the scope operate' });
    expect((await ask('/events', 'root')).status).toBe(200);
  });

  test('an API description asks for no token', async () => {
    const ask = await site();
    expect(await (await ask('/openapi.json', 'ann')).text()).not.toContain('bearer');
  });
});

test("a request keeps the id that the host's middleware gave it", async () => {
  const p = await running();
  const app = new Hono().use(requestId({ generator: () => 'of-the-host' })).route('/read', p.app);
  expect((await app.request('/read/views/orders')).headers.get('X-Request-Id')).toBe('of-the-host');
});

test.each([
  ["a body that the host's middleware has read is read again", 201, (c: Context) => c.req.json()],
  ['a body that it has read past Hono is refused', 400, (c: Context) => c.req.raw.json()],
])('%s', async (_, status, read) => {
  const p = await running();
  const app = new Hono();
  app.use(async (c, next) => {
    await read(c);
    await next();
  });
  app.route('/read', p.app);
  const response = await app.request('/read/streams/o-1', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(placed),
  });
  expect(response.status).toBe(status);
});
