import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { projection } from '../../src/projection/define.ts';
import { must } from '../../src/projection/statements.ts';
import { events, orders, placed, post, problemOf, running } from './support.ts';

test('a view whose projection has stopped answers from what it has, and says how far that is', async () => {
  const strict = projection({
    name: 'orders',
    events,
    views: { orders },
    on: {
      'order.placed': (e, db) =>
        db.insert(orders).values({ id: e.stream, customer: e.data.customer, total: 1, isPaid: false }),
      'order.paid': (e, db) => must(db.update(orders).set({ isPaid: true }).where(eq(orders.id, e.stream))),
    },
    // What a projection does where events can be parked, too.
    ...({ onError: 'stop' } as object),
  });
  const projectionist = await running({ projections: [strict] });
  await post(projectionist, '/streams/o-1', placed);
  await projectionist.ready();
  await post(projectionist, '/streams/nobody', { type: 'order.paid', data: {} });
  await expect.poll(() => projectionist.status()[0]?.state).toBe('stopped');
  const response = await projectionist.app.request('/views/orders');
  expect(response.status).toBe(200);
  expect(response.headers.get('Projection-Lag')).toBe('1');
  expect(await response.json()).toHaveLength(1);
  const waited = await projectionist.app.request('/views/orders', {
    headers: { Prefer: 'min-position=2, wait=1' },
  });
  expect(await problemOf(waited)).toMatchObject({ status: 503 });
});
