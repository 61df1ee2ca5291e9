import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { projection } from '../../src/projection/define.ts';
import { events, orders, placed, problemOf, running } from './support.ts';

interface Trace {
  readonly position: number;
  readonly entries: readonly Readonly<Record<string, unknown>>[];
}

async function traced(p: Awaited<ReturnType<typeof running>>, path: string, headers = {}): Promise<Trace> {
  const response = await p.app.request(path, { headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Trace;
}

async function withOrders(p: Awaited<ReturnType<typeof running>>): Promise<void> {
  await p.log.append('order-1', placed);
  await p.log.append('order-2', { ...placed, data: { customer: 'c-2', total: 5 } });
  await p.log.append('order-1', { type: 'order.paid', data: {} });
  await p.ready();
}

const row = { id: 'order-1', customer: 'c-1', total: 100, isPaid: false };

test('a trace tells, event by event, what changed in a row', async () => {
  const p = await running();
  await withOrders(p);
  const [first, second] = [...p.log.read('order-1')];
  expect(await traced(p, '/views/orders/trace?key=order-1')).toEqual({
    view: 'orders',
    key: ['order-1'],
    position: 3,
    entries: [
      {
        position: 1,
        eventId: first?.id,
        stream: 'order-1',
        type: 'order.placed',
        time: first?.time,
        change: 'insert',
        before: null,
        after: row,
      },
      {
        position: 3,
        eventId: second?.id,
        stream: 'order-1',
        type: 'order.paid',
        time: second?.time,
        change: 'update',
        before: row,
        after: { ...row, isPaid: true },
      },
    ],
  });
});

test('what names no row is refused', async () => {
  const p = await running();
  await withOrders(p);
  for (const [path, status, code] of [
    ['/views/orders/trace?key=order-9', 404, 'NOT_FOUND'],
    ['/views/nothing/trace?key=x', 404, 'VIEW_UNKNOWN'],
    ['/views/orders/trace', 400, 'REQUEST_INVALID'],
    ['/views/orders/trace?id=order-1', 400, 'REQUEST_INVALID'],
    ['/views/orders/trace?key=order-1&key=x', 400, 'QUERY_INVALID'],
  ] as const) {
    const problem = (await (await p.app.request(path)).json()) as {
      code: string;
      error?: string;
      status: number;
    };
    expect([path, problem.status, problem.error ?? problem.code]).toEqual([path, status, code]);
  }
});

const tokens = (['c-1', 'c-2'] as const).map((customer) => ({
  name: customer,
  token: `token-of-${customer}-0001`,
  scopes: ['read' as const],
  claims: { customer },
}));
const bearer = (customer: string) => ({ Authorization: `Bearer token-of-${customer}-0001` });

test('a row policy hides the trace of a row from whoever may not see the row', async () => {
  const guarded = projection({
    name: 'orders',
    events,
    views: { orders },
    policy: { orders: ({ claims }) => eq(orders.customer, String(claims['customer'])) },
    on: {
      'order.placed': (e, db) =>
        db
          .insert(orders)
          .values({ id: e.data.customer, customer: e.data.customer, total: e.data.total, isPaid: false })
          .onConflictDoUpdate({ target: orders.id, set: { total: e.data.total } }),
      // It changes hands.
      'order.paid': (e, db) => db.update(orders).set({ customer: 'c-2' }).where(eq(orders.id, 'c-1')),
    },
  });
  const p = await running({ projections: [guarded], auth: { tokens } });
  await p.log.append('order-1', placed);
  await p.ready();
  expect((await traced(p, '/views/orders/trace?key=c-1', bearer('c-1'))).entries).toHaveLength(1);
  const hidden = await p.app.request('/views/orders/trace?key=c-1', { headers: bearer('c-2') });
  expect(await problemOf(hidden)).toMatchObject({ status: 404 });
  await p.log.append('order-1', { type: 'order.paid', data: {} });
  await p.ready();
  // Whoever lost it is told nothing any more; whoever got it is told nothing of before.
  expect(
    await problemOf(await p.app.request('/views/orders/trace?key=c-1', { headers: bearer('c-1') })),
  ).toMatchObject({ status: 404 });
  const seen = await traced(p, '/views/orders/trace?key=c-1', bearer('c-2'));
  expect(seen.entries).toMatchObject([{ position: 2, change: 'insert', before: null }]);
});
