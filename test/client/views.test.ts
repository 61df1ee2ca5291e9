import { createClient, ProjectionistClientError } from 'projectionist/client';
import { expect, test } from 'vitest';
import { shop } from './support.ts';

test('rows are filtered, ordered and cut', async () => {
  const { client } = await shop();
  const query = client.view('orders').eq('status', 'shipped');
  const rows = await query.order('placed_at', { descending: true }).order('id').limit(5);
  expect(rows).toHaveLength(5);
  expect(rows.every(({ status }) => status === 'shipped')).toBe(true);
  expect(rows.map((row) => row.placed_at)).toEqual(
    rows
      .map((row) => row.placed_at)
      .toSorted()
      .toReversed(),
  );
  expect(await query.order('placed_at', { descending: true }).order('id').limit(2).offset(3)).toEqual(
    rows.slice(3),
  );
  expect(await client.view('orders').eq('id', rows[0]!.id).select('id', 'status')).toEqual([
    { id: rows[0]!.id, status: 'shipped' },
  ]);
});

test('a query is never changed by building on it', async () => {
  const { client } = await shop();
  const all = client.view('products');
  const count = await all.count();
  await all.eq('id', 'nothing').order('name').limit(1).select('id');
  expect(await all.count()).toBe(count);
  expect(await all).toHaveLength(count);
});

test('every filter says what SQL would say', async () => {
  const { client } = await shop();
  const orders = await client.view('orders').limit(1000);
  const check = async (
    query: PromiseLike<{ id: string }[]>,
    holds: (row: (typeof orders)[number]) => boolean,
  ) => {
    const expected = orders.filter(holds).map(({ id }) => id);
    expect((await query).map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    expect(expected.length).toBeGreaterThan(0);
  };
  const view = () => client.view('orders');
  await check(view().neq('status', 'paid'), (row) => row.status !== 'paid');
  await check(view().gt('total_cents', 5000), (row) => row.total_cents > 5000);
  await check(
    view().gte('total_cents', 5000).lt('total_cents', 9000),
    ({ total_cents: cents }) => cents >= 5000 && cents < 9000,
  );
  await check(view().lte('item_count', 2), (row) => row.item_count <= 2);
  await check(view().in('status', ['paid', 'placed']), (row) => ['paid', 'placed'].includes(row.status));
  await check(view().is('carrier', null), (row) => row.carrier === null);
  await check(
    view().not((is) => is.is('carrier', null)),
    (row) => row.carrier !== null,
  );
  await check(view().like('id', '*1'), (row) => row.id.endsWith('1'));
  await check(view().ilike('status', 'PA*'), (row) => row.status === 'paid');
  await check(
    view().or((is) => [is.eq('status', 'paid'), is.and(is.eq('status', 'shipped'), is.gt('item_count', 2))]),
    (row) => row.status === 'paid' || (row.status === 'shipped' && row.item_count > 2),
  );
  await check(
    view().where((is) => is.not(is.or(is.eq('status', 'paid'), is.not(is.gt('item_count', 2))))),
    (row) => row.status !== 'paid' && row.item_count > 2,
  );
});

test('one row is a row, and anything else an error', async () => {
  const { client } = await shop();
  const [first] = await client.view('orders').limit(1);
  const one = client.view('orders').eq('id', first!.id);
  expect(await one.single()).toEqual(first);
  expect(await one.maybeSingle()).toEqual(first);
  const none = client.view('orders').eq('id', 'nothing');
  expect(await none.maybeSingle()).toBeUndefined();
  await expect(none.single()).rejects.toMatchObject({
    code: 'NOT_SINGULAR',
    status: 406,
    hint: expect.stringContaining('No row'),
  });
  await expect(client.view('orders').single()).rejects.toMatchObject({ postgrestCode: 'PGRST116' });
  await expect(client.view('orders').maybeSingle()).rejects.toMatchObject({ code: 'NOT_SINGULAR' });
});

test('an answer tells how fresh it is, and of how many rows it is a part', async () => {
  const { client, projectionist } = await shop();
  const total = (await client.view('orders').limit(1000)).length;
  const result = await client.view('orders').limit(2).withMeta({ count: true });
  expect(result).toMatchObject({ position: projectionist.log.head(), lag: 0, generation: 'orders-1', total });
  expect(result.rows).toHaveLength(2);
  expect(await client.view('orders').limit(2).withMeta()).toMatchObject({ total: undefined });
  expect(await client.view('orders').limit(2).offset(5).count()).toBe(total);
});

test('pages lead to the last row', async () => {
  const { client } = await shop({ maxRows: 30 });
  const total = await client.view('orders').count();
  const ids: string[] = [];
  for await (const { id } of client.view('orders').order('placed_at').all()) ids.push(id);
  expect(new Set(ids).size).toBe(total);
  expect(ids).toHaveLength(total);
  const sizes: number[] = [];
  for await (const { rows } of client.view('orders').limit(20).pages()) sizes.push(rows.length);
  expect(sizes.slice(0, -1).every((size) => size === 20)).toBe(true);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(total);
});

test('embedded rows are selected as PostgREST spells it', async () => {
  const { client } = await shop();
  const query = client
    .view('orders')
    .selectAs<{ id: string; order_lines: { quantity: number }[] }>('id,order_lines(quantity)');
  const [row] = await query.limit(1);
  expect(row?.order_lines[0]?.quantity).toBeTypeOf('number');
});

test('named queries take parameters, and their rows are filtered like any', async () => {
  const { client } = await shop();
  const best = await client.query('bestSellers', { limit: 3 });
  expect(best).toHaveLength(3);
  expect(await client.query('bestSellers').eq('id', best[1]!.id)).toEqual([best[1]]);
  await expect(client.query('bestSellers', { limit: 0 })).rejects.toMatchObject({
    code: 'PARAMETER_INVALID',
    status: 400,
  });
});

test('what was written is read, and what was before it as well', async () => {
  const { client } = await shop();
  const [order] = await client.view('orders').eq('status', 'shipped').limit(1);
  const { position } = await client.append(order!.id, { type: 'order.delivered', data: {} });
  const one = client.view('orders').eq('id', order!.id);
  expect(await one.waitFor(position, { seconds: 5 }).single()).toMatchObject({ status: 'delivered' });
  expect(await one.asOf(position - 1).single()).toEqual(order);
  const past = await client.view('orders').asOf(new Date('1990-01-01')).withMeta();
  expect(past).toMatchObject({ rows: [], position: 0, asOf: expect.any(Date) as Date });
  await expect(one.waitFor(position + 5, { seconds: 0 })).rejects.toMatchObject({
    code: 'WAIT_TIMEOUT',
    status: 503,
  });
});

test('a stream is written by one writer at a time, and an event once', async () => {
  const { client } = await shop();
  const items = [{ productId: 'cof-01', name: 'C', quantity: 1, unitPrice: 5 }];
  const placed = { type: 'order.placed' as const, data: { customerId: 'c', items } };
  const stream = 'an order/with ä name?';
  expect(await client.append(stream, placed, { expectedVersion: 'none' })).toMatchObject({ appended: 1 });
  await expect(client.append(stream, placed, { expectedVersion: 0 })).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    status: 412,
    details: { stream, actual: 1 },
  });
  const paid = { id: 'once', type: 'order.paid', data: { amount: 5, method: 'card' } } as const;
  const first = await client.append(stream, [paid], { expectedVersion: 1 });
  expect(first.events).toMatchObject([{ stream, version: 2, isDuplicate: false }]);
  expect(await client.append(stream, paid)).toMatchObject({ position: first.position, duplicates: 1 });
  const delivered = { type: 'order.delivered', data: {} } as const;
  await expect(client.append('new', delivered, { expectedVersion: 'exists' })).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  expect(await client.appendAll([{ ...delivered, stream }])).toMatchObject({ appended: 1 });
});

test('errors carry what the server says', async () => {
  const { client, server } = await shop();
  const wrong = client.view('orders').selectAs('id,custmer_id');
  const error = await wrong.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProjectionistClientError);
  expect(error).toMatchObject({
    code: 'COLUMN_UNKNOWN',
    postgrestCode: '42703',
    status: 400,
    hint: expect.stringContaining('customer_id') as string,
  });
  await expect(createClient(`${server.url}/elsewhere`).view('orders')).rejects.toMatchObject({ status: 404 });
  await expect(createClient('http://127.0.0.1:1').view('orders')).rejects.toMatchObject({
    code: 'UNREACHABLE',
    status: 0,
  });
  const page = createClient('http://proxy', { fetch: () => new Response('<html>', { status: 502 }) });
  await expect(page.view('orders')).rejects.toMatchObject({ code: 'ANSWER_INVALID', status: 502 });
  const other = createClient('http://proxy', { fetch: () => new Response('<html>') });
  await expect(other.view('orders')).rejects.toMatchObject({ code: 'ANSWER_INVALID' });
});

test('an aborted request throws the reason of its signal', async () => {
  const { client } = await shop();
  const abort = new AbortController();
  const waiting = client.view('orders').waitFor(1e9, { seconds: 20 }).signal(abort.signal).withMeta();
  const reason = new Error('changed my mind');
  setTimeout(() => abort.abort(reason), 5);
  await expect(waiting).rejects.toBe(reason);
});

test('a token is sent, or asked for before each request', async () => {
  const auth = { tokens: [{ name: 'reader', token: 'reader-token-0001', scopes: ['read' as const] }] };
  const { client, server } = await shop({ auth });
  await expect(client.view('orders')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  const asked: number[] = [];
  const token = async () => {
    asked.push(asked.length);
    return 'reader-token-0001';
  };
  expect(
    await createClient(server.url, { token: 'reader-token-0001' }).view('orders').count(),
  ).toBeGreaterThan(0);
  const renewing = createClient(server.url, { token });
  await renewing.view('orders').limit(1);
  await renewing.view('orders').limit(1);
  expect(asked).toHaveLength(2);
  await expect(renewing.append('s', { type: 'order.delivered', data: {} })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});
