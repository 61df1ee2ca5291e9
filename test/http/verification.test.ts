import { expect, test } from 'vitest';
import { placed, post, problemOf, running } from './support.ts';

/** A machine that does much else takes long to start a thread. */
const PATIENCE = { timeout: 30_000 };

type Verification = Readonly<Record<string, unknown>>;

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

test('a verification is begun, and its outcome is where the answer points', async () => {
  const p = await running();
  await p.log.append('order-1', placed);
  await p.ready();
  const look = async (): Promise<Verification> =>
    (await (await p.app.request('/projections/orders/verification')).json()) as Verification;
  expect(await look()).toMatchObject({ state: 'never', outcome: null });
  const response = await post(p, '/projections/orders/verify', '');
  expect(response.status).toBe(202);
  expect(response.headers.get('Location')).toBe('/projections/orders/verification');
  await expect.poll(look, PATIENCE).toMatchObject({
    state: 'done',
    generation: 1,
    outcome: {
      isSame: true,
      position: 1,
      views: [{ view: 'orders', rows: 1, differing: 0 }],
      difference: null,
    },
  });
});

test('a rebuild is verified where its body asks for it', async () => {
  const p = await running();
  expect((await post(p, '/projections/orders/rebuild', { verify: true })).status).toBe(202);
  await expect
    .poll(
      async () => (await (await p.app.request('/projections/orders/verification')).json()) as Verification,
      PATIENCE,
    )
    .toMatchObject({ state: 'done', generation: 2, outcome: { isSame: true } });
  await expect.poll(() => p.status()[0]?.generation, PATIENCE).toBe(2);
});

test('what one stream contributed is derived again at once', async () => {
  const p = await running();
  await p.log.append('order-1', placed);
  await p.ready();
  const response = await post(p, '/projections/orders/rebuild', { stream: 'order-1' });
  expect([response.status, await response.json()]).toEqual([200, { stream: 'order-1', events: 1 }]);
  expect(await problemOf(await post(p, '/projections/orders/rebuild', { stream: 'order-9' }))).toMatchObject({
    status: 404,
    code: 'NOT_FOUND',
  });
});

test('a body that is something else is refused, and so is an unknown projection', async () => {
  const p = await running();
  for (const body of [{ verify: 1 }, { verified: true }, '[]', 'x', { stream: 'a', verify: true }])
    expect(await problemOf(await post(p, '/projections/orders/rebuild', body))).toMatchObject({
      status: 400,
      code: 'BODY_INVALID',
    });
  expect(await problemOf(await post(p, '/projections/nobody/verify', ''))).toMatchObject({ status: 404 });
  expect(await problemOf(await p.app.request('/projections/nobody/verification'))).toMatchObject({
    status: 404,
  });
});

test('whoever may only read may not verify', async () => {
  const p = await running({
    auth: { tokens: [{ name: 'reader', token: 'reader-token-0001', scopes: ['read'] }] },
  });
  const headers = bearer('reader-token-0001').headers;
  expect((await post(p, '/projections/orders/verify', '', headers)).status).toBe(403);
});
