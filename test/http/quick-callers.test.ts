import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import type { ViewPolicy } from '../../src/projection/define.ts';
import type { ProjectionistOptions } from '../../src/projectionist-options.ts';
import { bothWays, filled, listening, ordersUnder, ownOrders, seen } from './support.ts';

const SECRET = 'a shared secret of at least 32 characters';
const tokens = [
  { name: 'ann', token: 'the-token-of-ann-', scopes: ['read' as const], claims: { sub: 'ann' } },
  { name: 'bob', token: 'the-token-of-bob-', scopes: ['read' as const], claims: { sub: 'bob' } },
  { name: 'all', token: 'the-token-of-all-', scopes: ['read' as const] },
  { name: 'writer', token: 'the-token-of-wri-', scopes: ['append' as const], claims: { sub: 'ann' } },
];

async function served(options: ProjectionistOptions, policy?: ViewPolicy): Promise<string> {
  return listening(await filled({ projections: [ordersUnder(policy)], ...options }));
}

const QUERIES = ['select=customer', 'select=customer&order=id.desc&limit=1', 'select=id&customer=eq.ann'];

test('each caller gets on the short way what the policy lets it see, and the same headers', async () => {
  const url = await served({ auth: { tokens, jwt: { secret: SECRET, scopes: ['read'] } } }, ownOrders);
  const web = await new SignJWT({ sub: 'bob' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));
  const all = [...tokens.map(({ token }) => token), web, 'nobody-has-this-one', ''];
  for (const query of QUERIES)
    for (const token of [...all, ...all]) {
      const { short, whole } = await bothWays(`${url}/views/orders?${query}`, {
        Authorization: `Bearer ${token}`,
      });
      expect(short).toEqual(whole);
    }
  const seenBy = async (token: string) =>
    JSON.stringify(await seen(`${url}/views/orders?select=customer`, { Authorization: `Bearer ${token}` }));
  expect(await seenBy('the-token-of-ann-')).not.toContain('bob');
  for (const token of ['the-token-of-bob-', web]) expect(await seenBy(token)).not.toContain('ann');
  for (const token of ['the-token-of-all-', 'the-token-of-wri-'])
    expect(await seenBy(token)).toContain('403');
});

test.each<[string, ProjectionistOptions]>([
  ['any origin', { cors: { origins: '*' } }],
  ['some origins', { cors: { origins: ['https://a.example', 'https://b.example'] } }],
  ['some origins, with tokens', { cors: { origins: ['https://a.example'] }, auth: { tokens } }],
  ['no tokens on purpose', { auth: 'none' }],
  ['no origin', {}],
])('pages of other origins are answered alike on both ways: %s', async (_, options) => {
  const url = await served(options);
  for (const origin of [undefined, 'https://a.example', 'https://c.example', 'null'])
    for (const accept of ['*/*', 'application/json']) {
      const { short, whole } = await bothWays(`${url}/views/orders?limit=1`, {
        Accept: accept,
        ...(origin !== undefined && { Origin: origin }),
        ...(options.auth !== undefined && { Authorization: 'Bearer the-token-of-ann-' }),
      });
      expect(short).toEqual(whole);
      expect(short.status).toBe(200);
    }
});
