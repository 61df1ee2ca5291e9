import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop } from '../../examples/shop-live/shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'projectionist-shop-live-'));
let shop: Awaited<ReturnType<typeof openShop>>;

beforeAll(async () => {
  shop = await openShop(folder);
  await shop.projectionist.ready();
});
afterAll(async () => {
  await shop.projectionist.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Written {
  readonly id: string;
  readonly position: number;
}

async function post(path: string, body: object = {}): Promise<Response> {
  return shop.app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Reads a live answer until it has said something. */
async function until(reader: ReadableStreamDefaultReader<Uint8Array>, pattern: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  while (!pattern.test(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended before it said ${pattern}: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

test('the page is served', async () => {
  const answer = await shop.app.request('/');
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(await answer.text()).toContain('/read/views/orders');
});

test('an order is placed, followed live, shipped once, and read', async () => {
  const stream = await shop.app.request('/read/views/orders?order=placed_at.desc', {
    headers: { accept: 'text/event-stream' },
  });
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  await until(reader, /event: snapshot/);

  const placed = (await (await post('/orders', { customer: 'ada', product: 'tea' })).json()) as Written;
  expect(await until(reader, /"type":"insert"/)).toContain(placed.id);

  const shipped = await post(`/orders/${placed.id}/shipment`);
  expect(shipped.status).toBe(201);
  const { position } = (await shipped.json()) as Written;
  expect(await until(reader, /"type":"update"/)).toContain('"shipped_at":"2');
  expect((await post(`/orders/${placed.id}/shipment`)).status).toBe(409);
  await reader.cancel();

  const rows = await shop.app.request('/read/views/orders?shipped_at=not.is.null&select=customer,product', {
    headers: { prefer: `min-position=${position}, wait=5` },
  });
  expect(await rows.json()).toEqual([{ customer: 'ada', product: 'tea' }]);
});

test('an order that is not there cannot be shipped', async () => {
  expect((await post('/orders/order-0/shipment')).status).toBe(404);
});

test('an order that is not as the catalogue says is refused with the field', async () => {
  const answer = await post('/orders', { customer: '', product: 'tea' });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('data.customer');
});
