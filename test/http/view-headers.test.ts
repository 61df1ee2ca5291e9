import { expect, test } from 'vitest';
import { placed, post, running } from './support.ts';

async function withOrder() {
  const projectionist = await running();
  await post(projectionist, '/streams/o-1', placed);
  await projectionist.ready();
  const get = (headers: Record<string, string> = {}) =>
    Promise.resolve(projectionist.app.request('/views/orders', { headers }));
  return { projectionist, get };
}

test('every answer says how fresh it is, and what it depends on', async () => {
  const { get } = await withOrder();
  const { headers } = await get();
  expect(headers.get('Projection-Position')).toBe('1');
  expect(headers.get('Projection-Lag')).toBe('0');
  expect(headers.get('Projection-Generation')).toBe('orders-1');
  expect(headers.get('ETag')).toBe('W/"orders-1.1"');
  expect(headers.get('Cache-Control')).toBe('no-cache');
  for (const name of ['Accept', 'Prefer', 'Accept-Datetime', 'Authorization', 'Accept-Encoding'])
    expect(headers.get('Vary')?.split(', ')).toContain(name);
});

test('If-None-Match answers 304 until the view has moved on, or another generation answers', async () => {
  const { projectionist, get } = await withOrder();
  const tag = (await get()).headers.get('ETag') as string;
  const same = await get({ 'If-None-Match': `"other", ${tag}` });
  expect(same.status).toBe(304);
  expect(same.headers.get('ETag')).toBe(tag);
  expect(same.headers.get('Projection-Position')).toBe('1');
  expect(await same.text()).toBe('');
  expect((await get({ 'If-None-Match': tag.replace('W/', '') })).status).toBe(304);
  await post(projectionist, '/streams/o-2', placed);
  await projectionist.ready();
  const later = await get({ 'If-None-Match': tag });
  expect(later.status).toBe(200);
  await projectionist.rebuild('orders');
  expect((await get({ 'If-None-Match': later.headers.get('ETag') as string })).status).toBe(200);
});

test('another representation has another tag', async () => {
  const { get } = await withOrder();
  const plain = (await get()).headers.get('ETag') as string;
  expect((await get({ 'If-None-Match': plain, Prefer: 'count=exact' })).status).not.toBe(304);
});

test('HEAD has the headers of GET', async () => {
  const { projectionist, get } = await withOrder();
  const head = await projectionist.app.request('/views/orders', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.headers.get('ETag')).toBe((await get()).headers.get('ETag'));
});
