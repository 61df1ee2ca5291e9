import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { Live, type Row, started } from './support.ts';
import { ownedThings, type Thing } from './things.ts';

function set(projectionist: Projectionist, data: Thing) {
  return projectionist.log.append('s', { type: 'thing.set', data });
}

test('a selection without the key still tells rows apart', async () => {
  const projectionist = await started();
  await set(projectionist, { id: 'a', color: 'red', score: 1 });
  await projectionist.waitFor('things', 1);
  const live = await Live.open(projectionist, '/views/things?select=points:score&order=score');
  expect((await live.next())?.data.rows).toEqual([{ points: 1 }]);
  await set(projectionist, { id: 'a', color: 'red', score: 2 });
  expect((await live.next())?.data.changes).toEqual([
    { type: 'update', key: { id: 'a' }, row: { points: 2 } },
  ]);
  await live.close();
});

test('a row that moves within the order is told with its place, even where nothing of it is seen to change', async () => {
  const projectionist = await started();
  for (const [index, id] of ['a', 'b', 'c'].entries())
    await set(projectionist, { id, color: 'red', score: index });
  await projectionist.waitFor('things', 3);
  const live = await Live.open(projectionist, '/views/things?select=id&order=score');
  expect((await live.next())?.data.rows).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await set(projectionist, { id: 'a', color: 'red', score: 9 });
  expect((await live.next())?.data.changes).toEqual([
    { type: 'update', key: { id: 'a' }, index: 2, row: { id: 'a' } },
  ]);
  await live.close();
});

test('keys and texts that look like the stream itself arrive as they are', async () => {
  const projectionist = await started();
  const id = 'a","projectionist_key_0":"b\n\ndata: x';
  const live = await Live.open(projectionist, '/views/things');
  await live.next();
  await set(projectionist, { id, color: '},\n{', score: 1 });
  expect((await live.next())?.data.changes).toEqual([
    { type: 'insert', key: { id }, index: 0, row: { id, color: '},\n{', score: 1 } },
  ]);
  await live.close();
});

test('a named query is sent whole when its rows change, and not when they do not', async () => {
  const projectionist = await started();
  const live = await Live.open(projectionist, '/views/rpc/best?color=red');
  expect((await live.next())?.data).toMatchObject({ reason: 'first', rows: [{ best: null }] });
  await set(projectionist, { id: 'a', color: 'blue', score: 5 });
  await set(projectionist, { id: 'b', color: 'red', score: 3 });
  expect(await live.next()).toMatchObject({ id: 2, data: { reason: 'changed', rows: [{ best: 3 }] } });
  await live.close();
  const past = await projectionist.app.request('/views/rpc/best?color=red', {
    headers: { Prefer: 'as-of=1' },
  });
  expect(await past.json()).toEqual([{ best: null }]);
});

describe('where a parameter is called like something else,', () => {
  async function withThings() {
    const projectionist = await started();
    for (const [index, color] of ['red', 'blue', 'green', 'blue'].entries())
      await set(projectionist, { id: String(index), color, score: index });
    await projectionist.waitFor('things', 4);
    return projectionist;
  }
  const all = ['1', '2', '3'];

  test.each<[string, readonly string[]]>([
    ['color=red&limit=9', all],
    ['color=red&limit=2', ['1']],
    ['color=red&limit=9&and=(color.eq.blue)', ['1', '3']],
    ['color=red&limit=9&offset=1', ['2', '3']],
  ])('the parameter wins, in a live answer as in a plain one: %s', async (query, expected) => {
    const projectionist = await withThings();
    const plain = await projectionist.app.request(`/views/rpc/clash?${query}`);
    expect(((await plain.json()) as Row[]).map(({ id }) => id)).toEqual(expected);
    const live = await Live.open(projectionist, `/views/rpc/clash?${query}`);
    expect((await live.next())?.data.rows?.map(({ id }) => id)).toEqual(expected);
    await live.close();
  });

  test('a range cuts the page, a posted call leaves the address to the rows, and twice is refused', async () => {
    const { app } = await withThings();
    const ids = async (answer: Response) => ((await answer.json()) as Row[]).map(({ id }) => id);
    const path = '/views/rpc/clash?color=red&limit=9';
    expect(await ids(await app.request(path, { headers: { Range: '0-1' } }))).toEqual(['1', '2']);
    const posted = await app.request('/views/rpc/clash?color=eq.blue&limit=1', {
      method: 'POST',
      body: JSON.stringify({ color: 'red', limit: 9 }),
    });
    expect(await ids(posted)).toEqual(['1']);
    for (const accept of ['application/json', 'text/event-stream']) {
      const twice = await app.request(`${path}&limit=1`, { headers: { Accept: accept } });
      expect(twice.status).toBe(400);
      expect(await twice.text()).toContain('given twice');
    }
  });
});

test('a live answer says position, lag and generation', async () => {
  const projectionist = await started();
  await set(projectionist, { id: 'a', color: 'red', score: 1 });
  await projectionist.waitFor('things', 1);
  for (const path of ['/views/things', '/views/rpc/best?color=red']) {
    const { headers, body } = await projectionist.app.request(path, {
      headers: { Accept: 'text/event-stream' },
    });
    expect([
      headers.get('Projection-Position'),
      headers.get('Projection-Lag'),
      headers.get('Projection-Generation'),
    ]).toEqual(['1', '0', 'things-1']);
    await body?.cancel();
  }
});

test('policies hold in live answers and in the past, and whoever comes back as somebody else starts anew', async () => {
  const projectionist = await started({ projections: [ownedThings()] });
  const app = new Hono();
  app.use((c, next) => {
    const color = c.req.header('X-Color') ?? 'none';
    c.set('caller', {
      name: color,
      scopes: new Set(['read'] as const),
      claims: { color, iat: Math.random() },
    });
    return next();
  });
  app.route('/', projectionist.app);
  const as = async (color: string, lastId?: string): Promise<Live> =>
    new Live(
      await app.request('/views/things', {
        headers: {
          Accept: 'text/event-stream',
          'X-Color': color,
          ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
        },
      }),
    );
  const red = await as('red');
  const blue = await as('blue');
  await Promise.all([red.next(), blue.next()]);
  await set(projectionist, { id: 'a', color: 'blue', score: 1 });
  await set(projectionist, { id: 'b', color: 'red', score: 2 });
  expect((await red.next())?.data.changes).toMatchObject([{ type: 'insert', key: { id: 'b' } }]);
  expect((await blue.next())?.data.changes).toMatchObject([{ type: 'insert', key: { id: 'a' } }]);
  await set(projectionist, { id: 'b', color: 'blue', score: 2 });
  expect((await red.next())?.data.changes).toEqual([{ type: 'delete', key: { id: 'b' } }]);
  const id = red.lastText;
  expect(id).toMatch(/^3-[\da-f]{8}$/);
  await Promise.all([red.close(), blue.close()]);

  await set(projectionist, { id: 'c', color: 'red', score: 4 });
  await projectionist.waitFor('things', 4);
  const again = await as('red', id);
  expect(await again.next()).toMatchObject({
    event: 'changes',
    data: { changes: [{ type: 'insert', key: { id: 'c' } }] },
  });
  const other = await as('blue', id);
  expect(await other.next()).toMatchObject({ event: 'snapshot', data: { reason: 'gap' } });
  await Promise.all([again.close(), other.close()]);

  const past = await app.request('/views/things', { headers: { 'X-Color': 'red', Prefer: 'as-of=2' } });
  expect(await past.json()).toMatchObject([{ id: 'b' }]);
});

test('a range of rows holds for a live query, and a preference that is not known is refused where that is asked for', async () => {
  const projectionist = await started();
  for (const [score, id] of ['a', 'b', 'c'].entries()) await set(projectionist, { id, color: 'red', score });
  await projectionist.waitFor('things', 3);
  const asked = (headers: Record<string, string>) =>
    projectionist.app.request('/views/things?select=id&order=score', {
      headers: { Accept: 'text/event-stream', ...headers },
    });
  const live = new Live(await asked({ Range: '1-1', Prefer: 'handling=strict' }));
  expect((await live.next())?.data.rows).toEqual([{ id: 'b' }]);
  await set(projectionist, { id: 'a', color: 'red', score: 9 });
  expect((await live.next())?.data.changes).toEqual([
    { type: 'delete', key: { id: 'b' } },
    { type: 'insert', key: { id: 'c' }, index: 0, row: { id: 'c' } },
  ]);
  await live.close();
  const refused = [await asked({ Range: '2-1' }), await asked({ Prefer: 'handling=strict, colour=blue' })];
  expect(refused.map(({ status }) => status)).toEqual([416, 400]);
});

test.each(['/views/things', '/views/things?nope=eq.1', '/events', '/views/rpc/best?color=red'])(
  'HEAD of a stream of %s says what GET does',
  async (path) => {
    const projectionist = await started();
    const ask = (method: string) =>
      projectionist.app.request(path, { method, headers: { Accept: 'text/event-stream' } });
    const [got, head] = [await ask('GET'), await ask('HEAD')];
    await got.body?.cancel();
    const said = ({ status, headers }: Response) => ({
      status,
      headers: [...headers].filter(([name]) => name !== 'x-request-id'),
    });
    expect(said(head)).toEqual(said(got));
    expect(await head.text()).toBe('');
  },
);
