import { expect, test } from 'vitest';
import { post, problemOf, running } from './support.ts';

test('a rebuild is begun, and its state is where the answer points', async () => {
  const projectionist = await running();
  const response = await post(projectionist, '/projections/orders/rebuild', '');
  expect(response.status).toBe(202);
  const location = response.headers.get('Location') as string;
  expect(location).toBe('/projections/orders');
  await expect
    .poll(
      async () =>
        ((await (await projectionist.app.request(location)).json()) as { generation: number }).generation,
    )
    .toBe(2);
  expect((await post(projectionist, '/projections/orders/rollback', '')).status).toBe(202);
});

test('what cannot begin is refused', async () => {
  const projectionist = await running();
  expect(await problemOf(await post(projectionist, '/projections/orders/rollback', ''))).toMatchObject({
    status: 409,
  });
  for (const path of ['/projections/nobody/rebuild', '/projections/nobody/rollback'])
    expect(await problemOf(await post(projectionist, path, ''))).toMatchObject({
      status: 404,
      code: 'PROJECTION_UNKNOWN',
    });
  expect((await projectionist.app.request('/projections/nobody')).status).toBe(404);
});

test('a program is shown: its tables, its triggers, and where each column comes from', async () => {
  const { app } = await running();
  const response = await app.request('/projections/orders/program');
  const program = (await response.json()) as Record<string, readonly string[]>;
  expect(program).toMatchObject({ projection: 'orders', hash: expect.stringMatching(/^[\da-f]{64}$/) });
  expect(program['tables']?.[0]).toContain('CREATE TABLE');
  expect(program['statements']?.join('\n')).toContain("WHEN NEW.type = 'order.paid'");
  expect(program['lineage']).toContainEqual({
    view: 'orders',
    column: 'customer',
    from: ['order.placed: data.customer'],
  });
  expect(program['lineage']).toContainEqual({
    view: 'orders',
    column: 'isPaid',
    from: ['order.placed: (constant)', 'order.paid: (constant)'],
  });
  expect((await app.request('/projections/nobody/program')).status).toBe(404);
});
