import { eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { query, type ViewPolicy } from '../../src/projection/define.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { orders, ordersUnder, ownOrders, problemOf, running } from './support.ts';

const SECRET = 'a shared secret of at least 32 characters';
const OPERATOR = 'operator-token-01';
const auth = {
  jwt: { secret: SECRET, scopes: ['read' as const] },
  tokens: [
    { name: 'ops', token: OPERATOR, scopes: ['read' as const, 'operate' as const], claims: { sub: 'ops' } },
  ],
};

const own: ViewPolicy = (context) => (context.claims.sub === 'ops' ? undefined : ownOrders(context));

async function withPolicy(policy: ViewPolicy = own): Promise<Projectionist> {
  const guarded = ordersUnder(policy, {
    spent: query({ least: z.coerce.number().default(0) }, ({ least }, db) =>
      db.select({ id: orders.id, total: orders.total }).from(orders).where(eq(orders.total, least)),
    ),
  });
  const projectionist = await running({ projections: [guarded], auth });
  const placed = (customer: string) => ({ type: 'order.placed', data: { customer, total: 7 } });
  await projectionist.log.append('o-ann', placed('ann'));
  await projectionist.log.append('o-bob', placed('bob'));
  await projectionist.ready();
  return projectionist;
}

const tokenOf = (sub: string | undefined) =>
  new SignJWT(sub === undefined ? {} : { sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));

const read = async (
  { app }: Projectionist,
  path: string,
  token: string,
  headers: Record<string, string> = {},
) => app.request(path, { headers: { Authorization: `Bearer ${token}`, ...headers } });

describe('a row policy', () => {
  const idsOf = async (response: Response) =>
    ((await response.json()) as { id: string }[]).map(({ id }) => id);

  test.each([
    ['/views/orders'],
    ['/views/orders?id=in.(o-ann,o-bob)'],
    ['/views/orders?id=eq.o-ann'],
    ['/views/orders?or=(id.eq.o-ann,id.eq.o-bob)'],
    ['/views/rpc/spent?least=7'],
  ])('decides the rows of %s', async (path) => {
    const projectionist = await withPolicy();
    expect(await idsOf(await read(projectionist, path, await tokenOf('ann')))).toEqual(['o-ann']);
    expect(await idsOf(await read(projectionist, path, await tokenOf('eve')))).toEqual([]);
  });

  test('decides points, counts and the past as well', async () => {
    const projectionist = await withPolicy();
    const ann = await tokenOf('ann');
    expect(await idsOf(await read(projectionist, '/views/orders?id=eq.o-bob', ann))).toEqual([]);
    const counted = await read(projectionist, '/views/orders', ann, { Prefer: 'count=exact' });
    expect(counted.headers.get('Content-Range')).toBe('0-0/1');
    const past = await read(projectionist, '/views/orders', ann, { Prefer: 'as-of=2' });
    expect(await idsOf(past)).toEqual(['o-ann']);
  });

  test('may let somebody see all', async () => {
    const projectionist = await withPolicy();
    expect(await idsOf(await read(projectionist, '/views/orders', OPERATOR))).toHaveLength(2);
  });

  test('that throws answers 403, and says nothing of why', async () => {
    const projectionist = await withPolicy();
    for (const path of ['/views/orders', '/views/rpc/spent?least=7']) {
      const response = await read(projectionist, path, await tokenOf(undefined));
      expect(await response.clone().text()).not.toContain('nobody');
      expect((await problemOf(response)).status).toBe(403);
    }
  });

  test('gives each caller another entity tag', async () => {
    const projectionist = await withPolicy();
    const tag = (await read(projectionist, '/views/orders', await tokenOf('ann'))).headers.get(
      'ETag',
    ) as string;
    const bob = await read(projectionist, '/views/orders', await tokenOf('bob'), { 'If-None-Match': tag });
    expect(bob.status).toBe(200);
  });

  test('keeps the log from those who only read', async () => {
    const projectionist = await withPolicy();
    const ann = await tokenOf('ann');
    for (const path of ['/events', '/events/1', '/streams/o-bob'])
      expect((await read(projectionist, path, ann)).status).toBe(403);
    expect((await read(projectionist, '/events', ann, { Accept: 'text/event-stream' })).status).toBe(403);
    expect((await read(projectionist, '/events', OPERATOR)).status).toBe(200);
  });
});
