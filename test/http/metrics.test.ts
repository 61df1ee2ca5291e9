import { expect, test } from 'vitest';
import { opened, placed, post, running } from './support.ts';

const token = 'x'.repeat(16);
const auth = { tokens: [{ name: 'a', token, scopes: ['append' as const] }] };

async function statusOf(path: string, options: Parameters<typeof opened>[0], headers = {}): Promise<number> {
  const { app } = await opened(options);
  return (await app.request(path, { headers })).status;
}

test('/metrics is Prometheus text, and no cache keeps it', async () => {
  const { app } = await running();
  const response = await app.request('/metrics');
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(await response.text()).toContain('projectionist_position{projection="orders"} 0');
});

test('where there are tokens it wants one that may read, unless it is open', async () => {
  const Authorization = `Bearer ${token}`;
  expect(await statusOf('/metrics', { auth })).toBe(401);
  expect(await statusOf('/metrics', { auth }, { Authorization })).toBe(403);
  expect(await statusOf('/metrics', { auth, metrics: { isOpen: true } })).toBe(200);
  expect(await statusOf('/views', { auth, metrics: { isOpen: true } })).toBe(401);
});

test('two in one process have metrics of their own', async () => {
  const [one, other] = [await running(), await running()];
  expect((await post(one, '/streams/order-1', placed)).status).toBe(201);
  expect(await one.metrics()).toContain('projectionist_head_position 1\n');
  expect(await other.metrics()).toContain('projectionist_head_position 0\n');
});
