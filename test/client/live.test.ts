import { createProjectionist } from 'projectionist';
import { createClient, type Fetch, type LiveChange } from 'projectionist/client';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/serve.ts';
import { notebook, type notes, notesProjection, temporaryFolder } from './support.ts';

type Note = { id: string; body: string } & Pick<typeof notes.$inferSelect, 'order'>;

/** Aborted when the test is over. */
function signal(): AbortSignal {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return abort.signal;
}

async function next<Value>(from: AsyncIterator<Value>): Promise<Value> {
  const { value, done } = await from.next();
  if (done === true) throw new Error('It has ended');
  return value;
}

const taken = (body: string) => ({ type: 'note.taken' as const, data: { body } });

test('a live query tells its rows, and then each change of them', async () => {
  const { client } = await notebook();
  await client.append('a', taken('one'));
  const query = client.view('notes').like('body', 'o*').select('id', 'body').order('id').limit(2).waitFor(1);
  const changes = query.live({ signal: signal() });
  expect(await next(changes)).toEqual({
    type: 'snapshot',
    position: 1,
    reason: 'first',
    rows: [{ id: 'a', body: 'one' }],
  });
  await client.append('x', taken('none of these'));
  await client.appendAll([
    { stream: 'b', ...taken('other') },
    { stream: '0', ...taken('odd') },
  ]);
  expect(await next(changes)).toEqual({
    type: 'insert',
    position: 4,
    key: { id: '0' },
    index: 0,
    row: { id: '0', body: 'odd' },
  } satisfies LiveChange<Pick<Note, 'id' | 'body'>>);
});

test('the whole result is kept up to date', async () => {
  const { client } = await notebook();
  const query = client.view('notes').select('id').order('body', { descending: true }).limit(3);
  const results = query.liveRows({ signal: signal() });
  expect(await next(results)).toEqual({ position: 0, rows: [] });
  const bodies = ['m', 'c', 'z', 'a', 'x', 'y', 'q'];
  for (const body of bodies) {
    const { position } = await client.append(body, taken(body));
    // What does not come among the first three changes nothing.
    if (body === 'a' || body === 'q') continue;
    expect(await next(results)).toEqual({ position, rows: await query.waitFor(position) });
  }
});

test('a reader goes on over a restart of the server, with no gap and no repeat', async () => {
  const data = temporaryFolder();
  const { client, projectionist, server } = await notebook({ data });
  const port = Number(new URL(server.url).port);
  const changes = client.view('notes').live({ signal: signal(), reconnectAfter: 10 });
  expect(await next(changes)).toMatchObject({ reason: 'first', rows: [] });
  await client.append('a', taken('first'));
  expect(await next(changes)).toMatchObject({ type: 'insert', row: { body: 'first' } });
  projectionist.endStreams();
  await server.close();
  await projectionist.log.append('b', taken('while nobody listened'));
  await projectionist.close();
  const restarted = await createProjectionist({ data, projections: [notesProjection] });
  restarted.start();
  await restarted.ready();
  const again = await serve(restarted.app, { host: '127.0.0.1', port });
  onTestFinished(async () => {
    restarted.endStreams();
    await again.close();
    await restarted.close();
  });
  expect(await next(changes)).toMatchObject({ type: 'insert', row: { body: 'while nobody listened' } });
  await restarted.log.append('c', taken('last'));
  expect(await next(changes)).toMatchObject({ type: 'insert', row: { body: 'last' } });
});

test('a connection that falls silent, or breaks, counts as lost', async () => {
  const { client, server } = await notebook();
  await client.append('a', taken('one'));
  await client.view('notes').waitFor(1);
  const seen: (string | undefined)[] = [];
  const fetch: Fetch = async (url, request) => {
    seen.push(request.headers['Last-Event-ID']);
    const snapshot = 'event: snapshot\nid: 0\ndata: {"position":0,"reason":"first","rows":[]}\n\n';
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      controller.enqueue(new TextEncoder().encode(`${snapshot}event: snapshot\nid: 9\ndata: {"posi`));
      if (seen.length === 2) controller.error(new Error('broken'));
    };
    if (seen.length > 2) return globalThis.fetch(url, request);
    return new Response(new ReadableStream({ start }), { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const patched = createClient<[]>(server.url, { fetch }) as unknown as typeof client;
  const changes = patched.view('notes').live({ signal: signal(), silence: 50, reconnectAfter: 1 });
  expect(await next(changes)).toMatchObject({ type: 'snapshot' });
  expect(await next(changes)).toMatchObject({ type: expect.any(String) as string });
  const rows = patched.view('notes').liveRows({ signal: signal() });
  expect((await next(rows)).rows).toHaveLength(1);
  expect(seen.slice(0, 2)).toEqual([undefined, '0']);
});

test('the iteration ends when it is aborted, whatever it waits for', async () => {
  const { client } = await notebook();
  for (const when of ['before', 'while open']) {
    const abort = new AbortController();
    if (when === 'before') abort.abort();
    const told: string[] = [];
    for await (const { type } of client.view('notes').live({ signal: abort.signal })) {
      told.push(type);
      setTimeout(() => abort.abort(), 5);
    }
    expect(told).toEqual(when === 'before' ? [] : ['snapshot']);
  }
});

test('leaving the loop closes the connection', async () => {
  const { client } = await notebook({ live: { readers: 1 } });
  for await (const { type } of client.view('notes').live()) {
    expect(type).toBe('snapshot');
    expect(await hasRoom(client)).toBe(false);
    break;
  }
  // The server hears of it a moment later.
  await expect.poll(() => hasRoom(client)).toBe(true);
});

test.each(['live', 'liveRows'] as const)(
  '%s() that is ended while it waits ends, and closes the connection',
  async (kind) => {
    const { client } = await notebook({ live: { readers: 1 } });
    const changes = client.view('notes')[kind]();
    await changes.next();
    const pending = changes.next();
    expect(await changes.return()).toEqual({ value: undefined, done: true });
    expect(await pending).toEqual({ value: undefined, done: true });
    await expect.poll(() => hasRoom(client)).toBe(true);
  },
);

test('an iteration that is ended while it connects, or before, ends', async () => {
  const { client } = await notebook({ live: { readers: 1 } });
  const changes = client.view('notes').live();
  const pending = changes.next();
  await changes.return();
  expect((await pending).done).toBe(true);
  const unused = client.view('notes').live();
  await unused.return();
  expect((await unused.next()).done).toBe(true);
  await expect.poll(() => hasRoom(client)).toBe(true);
});

async function hasRoom(client: Awaited<ReturnType<typeof notebook>>['client']): Promise<boolean> {
  const changes = client.view('notes').live();
  try {
    await changes.next();
    return true;
  } catch {
    return false;
  } finally {
    await changes.return();
  }
}

test('what the server refuses is thrown, and not asked again', async () => {
  const { client } = await notebook();
  const changes = client.view('notes').selectAs('nope').live();
  await expect(changes.next()).rejects.toMatchObject({ code: 'COLUMN_UNKNOWN' });
  const past = client.view('notes').asOf(0).live();
  await expect(past.next()).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  const nobody = createClient('http://127.0.0.1:1').view('notes').live();
  await expect(nobody.next()).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
