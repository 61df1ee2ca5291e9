import { expect, test } from 'vitest';
import { opened, placed, post, problemOf } from './support.ts';

async function withEvents(count: number) {
  const projectionist = await opened();
  const body = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? { stream: `o-${index}`, ...placed }
      : { stream: `o-${index - 1}`, type: 'order.paid', data: {} },
  );
  await post(projectionist, '/events', body);
  return projectionist;
}

const positions = async (response: Response) =>
  ((await response.json()) as { position: number }[]).map(({ position }) => position);

test('pages of the log are linked to the next one', async () => {
  const { app } = await withEvents(5);
  const seen: number[] = [];
  for (let url: string | undefined = '/events?limit=2'; url !== undefined;) {
    const response: Response = await app.request(url);
    seen.push(...(await positions(response)));
    url = /<(.+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test('GET /events takes types and a stream', async () => {
  const { app } = await withEvents(6);
  expect(await positions(await app.request('/events?type=order.paid'))).toEqual([2, 4, 6]);
  expect(await positions(await app.request('/events?type=order.paid,order.placed&after=4'))).toEqual([5, 6]);
  expect(await positions(await app.request('/events?stream=o-2'))).toEqual([3, 4]);
});

test('GET /events goes backwards, page by page', async () => {
  const { app } = await withEvents(5);
  const seen: number[] = [];
  for (let url: string | undefined = '/events?order=desc&limit=2'; url !== undefined;) {
    const response: Response = await app.request(url);
    seen.push(...(await positions(response)));
    url = /<(.+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  expect(seen).toEqual([5, 4, 3, 2, 1]);
  expect(await positions(await app.request('/events?stream=o-2&order=desc&before=4'))).toEqual([3]);
});

test('GET /events finds what belongs together, and what happened between two times', async () => {
  const projectionist = await opened();
  const event = (minute: number, correlationId: string) => ({
    ...placed,
    stream: `o-${minute}`,
    time: `2026-01-01T00:0${minute}:00Z`,
    metadata: { correlationId },
  });
  await post(projectionist, '/events', [event(1, 'a'), event(2, 'b'), event(3, 'a'), event(4, 'a')]);
  const read = async (query: string) => positions(await projectionist.app.request(`/events?${query}`));
  expect(await read('correlation=a')).toEqual([1, 3, 4]);
  expect(await read('correlation=a&order=desc&limit=2')).toEqual([4, 3]);
  expect(await read('correlation=a&type=order.paid')).toEqual([]);
  expect(await read('correlation=a&stream=o-3')).toEqual([3]);
  expect(await read('since=2026-01-01T00:02:00Z&until=2026-01-01T00:03:00Z')).toEqual([2, 3]);
  expect(await read('until=2025-01-01T00:00:00Z')).toEqual([]);
  expect(await read('since=2027-01-01T00:00:00Z')).toEqual([]);
});

test.each([
  'order=up',
  'since=yesterday',
  'until=2026-02-30T00:00:00Z',
  'before=x',
  'after=-1',
  'after=x',
  'limit=1e3',
  'limit=9999999999999999',
  'page=2',
  'after=',
])('refuses ?%s', async (query) => {
  const { app } = await opened();
  expect(await problemOf(await app.request(`/events?${query}`))).toMatchObject({
    status: 400,
    code: 'QUERY_INVALID',
  });
});

test('a stream is tagged with its version, and answers 304 until it grows', async () => {
  const projectionist = await withEvents(2);
  const read = (tag: string) =>
    projectionist.app.request('/streams/o-0', { headers: { 'If-None-Match': tag } });
  const first = await read('"7"');
  expect(first.status).toBe(200);
  expect(first.headers.get('ETag')).toBe('"2"');
  expect((await read('"1", W/"2"')).status).toBe(304);
  await post(projectionist, '/streams/o-0', { type: 'order.paid', data: {} });
  expect((await read('"2"')).status).toBe(200);
});

test('HEAD answers what GET would, without the body', async () => {
  const { app } = await withEvents(1);
  const response = await app.request('/streams/o-0', { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(response.headers.get('ETag')).toBe('"1"');
  expect(await response.text()).toBe('');
});

test.each(['/streams/nobody', '/events/2', '/events/0', '/events/x', '/events/99999999999999999999'])(
  '%s is not there',
  async (path) => {
    const { app } = await withEvents(1);
    expect(await problemOf(await app.request(path))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  },
);
