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
