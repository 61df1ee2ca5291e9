import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { listening, opened, placed, post, problemOf, running } from './support.ts';

describe('methods', () => {
  test.each([
    ['DELETE', '/events', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/streams/s', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['GET', '/projections/orders/rebuild', 'POST, OPTIONS'],
  ])('%s %s answers 405, and what is allowed', async (method, path, allow) => {
    const { app } = await opened();
    const response = await app.request(path, { method });
    expect(response.headers.get('Allow')).toBe(allow);
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  test('OPTIONS answers what is allowed', async () => {
    const { app } = await opened();
    const response = await app.request('/events', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('Allow')).toBe('GET, HEAD, POST, OPTIONS');
  });

  test('HEAD is GET without the body', async () => {
    const { app } = await running();
    for (const path of ['/healthz', '/readyz', '/events', '/projections', '/views']) {
      const response = await app.request(path, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
  });
});

describe('URLs', () => {
  test.each(['/streams/%zz', '/streams/%ff', '/events?type=%', '/views/%e0%a4', '/events?type=%c3%28'])(
    '%s is refused, as no encoded UTF-8',
    async (path) => {
      const { app } = await opened();
      expect(await problemOf(await app.request(path))).toMatchObject({
        status: 400,
        code: 'REQUEST_INVALID',
      });
    },
  );

  test('one that is too long answers 414', async () => {
    const { app } = await opened();
    const response = await app.request(`/events?type=${'x'.repeat(17_000)}`);
    expect(await problemOf(response)).toMatchObject({ status: 414, code: 'URL_TOO_LONG' });
  });
});

test('a body that is too large answers 413, in one piece or in many', async () => {
  const projectionist = await opened({ limits: { body: 1000 } });
  const large = { stream: 's', ...placed, metadata: { text: 'x'.repeat(2000) } };
  expect(await problemOf(await post(projectionist, '/events', large))).toMatchObject({ status: 413 });
  const url = await listening(projectionist);
  const status = await new Promise((resolve, reject) => {
    const sent = request(`${url}/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    sent.on('response', (response) => resolve(response.statusCode)).on('error', reject);
    sent.write(`{"stream": "${'x'.repeat(600)}`);
    sent.end(`${'x'.repeat(600)}"}`);
  });
  expect(status).toBe(413);
});

describe('every answer', () => {
  test('has a request id, its own where the request brings one', async () => {
    const { app } = await opened();
    expect((await app.request('/healthz')).headers.get('X-Request-Id')).toMatch(/^[\w-]{12}-[\da-z]+$/);
    const own = await app.request('/nowhere', { headers: { 'X-Request-Id': 'abc-1' } });
    expect(own.headers.get('X-Request-Id')).toBe('abc-1');
  });

  test('lets no browser guess, run or frame it', async () => {
    const { app } = await opened();
    for (const path of ['/events', '/nowhere']) {
      const { headers } = await app.request(path);
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    }
  });

  test('is compressed where it is large and the client takes that', async () => {
    const projectionist = await opened();
    const bodies = Array.from({ length: 50 }, (_, index) => ({ stream: `o-${index}`, ...placed }));
    await post(projectionist, '/events', bodies);
    const gzip = { headers: { 'Accept-Encoding': 'gzip' } };
    const large = await projectionist.app.request('/events', gzip);
    expect(large.headers.get('Content-Encoding')).toBe('gzip');
    expect(large.headers.get('Vary')).toContain('Accept-Encoding');
    expect(JSON.parse(gunzipSync(await large.arrayBuffer()).toString())).toHaveLength(50);
    const small = await projectionist.app.request('/healthz', gzip);
    expect(small.headers.get('Content-Encoding')).toBeNull();
    expect(await small.json()).toEqual({ status: 'ok' });
    const plain = await projectionist.app.request('/events');
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect((await projectionist.app.request('/events', { method: 'HEAD', ...gzip })).status).toBe(200);
  });
});

describe('CORS', () => {
  const origin = 'https://shop.example';
  const preflight = {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type,if-match',
    },
  };

  test('is off where the settings do not say otherwise', async () => {
    const { app } = await opened();
    expect(
      (await app.request('/events', { headers: { Origin: origin } })).headers.get(
        'Access-Control-Allow-Origin',
      ),
    ).toBeNull();
    expect((await app.request('/events', preflight)).headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  test('lets the origins of the settings read, our headers included, and asks no token of a preflight', async () => {
    const { app } = await opened({
      cors: { origins: [origin] },
      auth: { tokens: [{ name: 'x', token: 'x'.repeat(16), scopes: ['read'] }] },
    });
    const asked = await app.request('/events', preflight);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(asked.headers.get('Access-Control-Allow-Methods')).toContain('POST');
    expect(asked.headers.get('Access-Control-Allow-Headers')).toContain('if-match');
    const read = await app.request('/events', {
      headers: { Origin: origin, Authorization: `Bearer ${'x'.repeat(16)}` },
    });
    expect(read.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    const exposed = read.headers.get('Access-Control-Expose-Headers')?.split(',') ?? [];
    expect(exposed).toContain('Projection-Position');
    expect(exposed).toEqual([...new Set(exposed)]);
    expect(read.headers.get('Vary')).toContain('Origin');
    const refused = await app.request('/events', { headers: { Origin: origin } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe(origin);
    const other = await app.request('/events', { headers: { Origin: 'https://evil.example' } });
    expect(other.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  test('a view that is read from another origin varies by it', async () => {
    const { app } = await running({ cors: { origins: [origin] } });
    const read = await app.request('/views/orders', { headers: { Origin: origin } });
    expect(read.headers.get('Vary')).toContain('Origin');
    expect(read.headers.get('Vary')).toContain('Accept');
  });
});

describe('a page of another origin', () => {
  const send = async (origin: string | undefined, options: Parameters<typeof opened>[0] = {}) => {
    const projectionist = await opened(options);
    const headers = origin === undefined ? {} : { Origin: origin };
    return (await post(projectionist, '/events', { stream: 's', ...placed }, headers)).status;
  };

  test('may change nothing, unless the settings let it', async () => {
    expect(await send('https://evil.example')).toBe(403);
    expect(await send('null')).toBe(403);
    expect(await send('https://shop.example', { cors: { origins: ['https://shop.example'] } })).toBe(201);
    expect(await send('https://evil.example', { cors: { origins: ['https://shop.example'] } })).toBe(403);
  });

  test('is no concern of programs, and of pages of our own', async () => {
    expect(await send(undefined)).toBe(201);
    expect(await send('http://localhost')).toBe(201);
  });
});
