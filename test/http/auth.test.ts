import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuthSettings } from '../../src/http/settings.ts';
import { opened, placed, problemOf, temporaryFolder } from './support.ts';

const SECRET = 'a shared secret of at least 32 characters';
const tokens: AuthSettings = {
  tokens: [
    { name: 'reader', token: 'reader-token-0001', scopes: ['read'] },
    { name: 'writer', token: 'writer-token-0001', scopes: ['append'] },
    {
      name: 'operator',
      tokenHash: createHash('sha256').update('operator-token-01').digest('hex'),
      scopes: ['read', 'operate'],
    },
  ],
};

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe('tokens', () => {
  const event = { stream: 's', ...placed };
  const requests = [
    ['GET', '/events', 'read'],
    ['HEAD', '/events', 'read'],
    ['GET', '/views', 'read'],
    ['GET', '/projections', 'read'],
    ['GET', '/openapi.json', 'read'],
    ['POST', '/events', 'append'],
    ['POST', '/streams/s', 'append'],
    ['POST', '/projections/orders/rebuild', 'operate'],
    ['DELETE', '/anything/else', 'operate'],
  ] as const;

  test.each(requests)('%s %s needs the scope %s', async (method, path, scope) => {
    const { app } = await opened({ auth: tokens });
    const send = (headers: Record<string, string>) =>
      Promise.resolve(
        app.request(path, {
          method,
          headers: { 'Content-Type': 'application/json', ...headers },
          ...(method === 'POST' && { body: JSON.stringify(path === '/events' ? event : placed) }),
        }),
      );
    const names = { read: 'reader-token-0001', append: 'writer-token-0001', operate: 'operator-token-01' };
    expect([401, 403]).not.toContain((await send(bearer(names[scope]))).status);
    const none = await send({});
    expect(none.status).toBe(401);
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer realm="projectionist"');
    const other = await send(bearer(scope === 'append' ? names.read : names.append));
    expect(other.status).toBe(403);
    expect(other.headers.get('WWW-Authenticate')).toContain(`error="insufficient_scope", scope="${scope}"`);
  });

  test('may ask whose they are and what they may, whatever that is', async () => {
    const { app } = await opened({ auth: tokens });
    const response = await app.request('/whoami', { headers: bearer('writer-token-0001') });
    expect(await response.json()).toEqual({ name: 'writer', scopes: ['append'] });
    expect((await app.request('/whoami')).status).toBe(401);
    const open = await opened();
    const anybody = await open.app.request('/whoami');
    expect(await anybody.json()).toEqual({ name: 'anybody', scopes: ['read', 'append', 'operate'] });
  });

  test('that lack a scope are told which', async () => {
    const { app } = await opened({ auth: tokens });
    const response = await app.request('/events', { headers: bearer('writer-token-0001') });
    expect(await problemOf(response)).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
      details: { expected: 'read' },
    });
  });

  test.each([
    'Bearer wrong-token-0001',
    'Bearer ',
    'Basic cmVhZGVyOg==',
    'reader-token-0001',
    'Bearer a b',
    'Bearer reader-token-0002',
  ])('Authorization: %s is refused', async (value) => {
    const { app } = await opened({ auth: tokens });
    const response = await app.request('/events', { headers: { Authorization: value } });
    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test('/healthz is open, /readyz where the settings say so, and a stream of that name is not', async () => {
    const { app } = await opened({ auth: tokens });
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(401);
    expect((await app.request('/streams/healthz')).status).toBe(401);
    const open = await opened({ auth: { ...tokens, isReadyzOpen: true } });
    expect((await open.app.request('/readyz')).status).toBe(503);
  });

  test('hold where the app is mounted in another', async () => {
    const { app } = await opened({ auth: tokens });
    const outer = new Hono().route('/read', app);
    expect((await outer.request('/read/events')).status).toBe(401);
    expect((await outer.request('/read/events', { headers: bearer('reader-token-0001') })).status).toBe(200);
    const request = {
      method: 'POST',
      headers: { ...bearer('reader-token-0001'), 'Content-Type': 'application/json' },
      body: JSON.stringify(event),
    };
    expect((await outer.request('/read/events', request)).status).toBe(403);
    const posted = await outer.request('/read/events', {
      ...request,
      headers: { ...request.headers, ...bearer('writer-token-0001') },
    });
    expect(posted.headers.get('Location')).toBe('/read/events/1');
  });
});

describe('JSON Web Tokens', () => {
  const signed = (claims: JWTPayload, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt) =>
    change(
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('us')
        .setAudience('shop')
        .setExpirationTime('5m'),
    ).sign(new TextEncoder().encode(SECRET));
  const auth: AuthSettings = { jwt: { secret: SECRET, issuer: 'us', audience: 'shop' } };
  const statusOf = async (token: string, settings: AuthSettings = auth) => {
    const { app } = await opened({ auth: settings });
    return (await app.request('/events', { headers: bearer(token) })).status;
  };

  test.each([{ scope: 'openid read' }, { scopes: ['read'] }, { scp: ['append', 'read'] }])(
    '%o may read',
    async (claims) => {
      expect(await statusOf(await signed(claims))).toBe(200);
    },
  );

  test.each([
    {},
    { scope: 'append' },
    { scope: 'reader' },
    { scopes: 'x' },
    { scope: 7 as unknown as string },
  ])('%o may not', async (claims) => {
    expect(await statusOf(await signed(claims))).toBe(403);
  });

  test('a token without scopes has those of the settings', async () => {
    const settings: AuthSettings = { jwt: { secret: SECRET, scopes: ['read'] } };
    expect(await statusOf(await signed({}), settings)).toBe(200);
  });

  test.each<[string, (jwt: SignJWT) => SignJWT]>([
    ['expired', (jwt) => jwt.setExpirationTime(1)],
    ['of the future', (jwt) => jwt.setNotBefore('5m')],
    ['of another issuer', (jwt) => jwt.setIssuer('them')],
    ['for another audience', (jwt) => jwt.setAudience('bank')],
  ])('one that is %s is refused', async (_, change) => {
    expect(await statusOf(await signed({ scope: 'read' }, change))).toBe(401);
  });

  test('one without an end, with another signature, or unsigned is refused', async () => {
    const key = new TextEncoder().encode(SECRET);
    const endless = await new SignJWT({ scope: 'read', iss: 'us', aud: 'shop' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(key);
    expect(await statusOf(endless)).toBe(401);
    const [head, body] = (await signed({ scope: 'read' })).split('.');
    expect(await statusOf(`${head}.${body}.AAAA`)).toBe(401);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await statusOf(`${none}.${body}.`)).toBe(401);
  });

  test('public keys come from a file or an address, and are no shared secrets', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] };
    const token = await new SignJWT({ scope: 'read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setExpirationTime('5m')
      .sign(privateKey);
    const jwksFile = join(temporaryFolder(), 'keys.json');
    writeFileSync(jwksFile, JSON.stringify(jwks));
    expect(await statusOf(token, { jwt: { jwksFile } })).toBe(200);
    const forged = await new SignJWT({ scope: 'read' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(JSON.stringify(jwks)));
    expect(await statusOf(forged, { jwt: { jwksFile } })).toBe(401);

    const keys = new Hono().get('/keys', (c) => c.json(jwks));
    const server = serve({ fetch: keys.fetch, port: 0, hostname: '127.0.0.1' });
    onTestFinished(() => void server.close());
    await new Promise((resolve) => void server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(await statusOf(token, { jwt: { jwksUrl: `http://127.0.0.1:${port}/keys` } })).toBe(200);
    expect(await statusOf(token, { jwt: { jwksUrl: `http://127.0.0.1:${port}/missing` } })).toBe(503);
  });

  test('settings that contradict each other are refused', async () => {
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID' });
    await expect(opened({ auth: { jwt: { secret: SECRET, algorithms: ['RS256'] } } })).rejects.toThrow(
      refused,
    );
    await expect(opened({ auth: { jwt: { jwksFile: '/nowhere/keys.json' } } })).rejects.toThrow(refused);
  });
});
