import { connect } from 'node:net';
import { EventSource } from 'eventsource';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/serve.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { apply, type Message, type Row, started, temporaryFolder } from './support.ts';
import type { Thing } from './things.ts';

async function listening(projectionist: Projectionist): Promise<string> {
  const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    projectionist.endStreams();
    await server.close();
  });
  return server.url;
}

function open(url: string): EventSource {
  const source = new EventSource(url);
  onTestFinished(() => source.close());
  return source;
}

function next(source: EventSource, event: string): Promise<Message> {
  return new Promise((resolve) => {
    source.addEventListener(
      event,
      ({ lastEventId, data }) =>
        resolve({ event, id: Number(lastEventId), data: JSON.parse(data as string) as Message['data'] }),
      { once: true },
    );
  });
}

function set(projectionist: Projectionist, data: Thing) {
  return projectionist.log.append('s', { type: 'thing.set', data });
}

test('an EventSource gets the rows and then what changes of them', async () => {
  const projectionist = await started();
  const url = await listening(projectionist);
  await set(projectionist, { id: 'a', color: 'red', score: 1 });
  await projectionist.waitFor('things', 1);
  const source = open(`${url}/views/things?color=eq.red`);
  expect(await next(source, 'snapshot')).toEqual({
    event: 'snapshot',
    id: 1,
    data: { position: 1, reason: 'first', rows: [{ id: 'a', color: 'red', score: 1 }] },
  });
  const changes = next(source, 'changes');
  await projectionist.log.append('s', [
    { type: 'thing.set', data: { id: 'b', color: 'red', score: 2 } },
    { type: 'thing.set', data: { id: 'a', color: 'red', score: 3 } },
  ]);
  expect(await changes).toEqual({
    event: 'changes',
    id: 3,
    data: {
      position: 3,
      changes: [
        { type: 'update', key: { id: 'a' }, row: { id: 'a', color: 'red', score: 3 } },
        { type: 'insert', key: { id: 'b' }, index: 1, row: { id: 'b', color: 'red', score: 2 } },
      ],
    },
  });
  const left = next(source, 'changes');
  await set(projectionist, { id: 'a', color: 'blue', score: 3 });
  expect((await left).data.changes).toEqual([{ type: 'delete', key: { id: 'a' } }]);
});

test('heartbeats move the id on, so that a reader that reconnects need not go far back', async () => {
  const projectionist = await started({ live: { heartbeat: 20 } });
  const url = await listening(projectionist);
  const response = await fetch(`${url}/views/things`, { headers: { Accept: 'text/event-stream' } });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await projectionist.log.append('s', { type: 'other.happened', data: {} });
  let text = '';
  while (!text.includes('id: 1\n')) text += new TextDecoder().decode((await reader.read()).value);
  expect(text).toMatch(/: alive\nid: 1\n\n/);
  await reader.cancel();
});

test('readers past the limit are refused, and there is room again when one leaves', async () => {
  const projectionist = await started({ live: { readers: 1 } });
  const get = () => projectionist.app.request('/views/things', { headers: { Accept: 'text/event-stream' } });
  const first = await get();
  const refused = await get();
  expect(refused.status).toBe(503);
  expect(refused.headers.get('Retry-After')).toBeTruthy();
  await first.body?.cancel();
  const third = await get();
  expect(third.status).toBe(200);
  await third.body?.cancel();
});

test('a reader who writes the media type in another case has a stream too, whatever rows it has already', async () => {
  const { app } = await started();
  for (const headers of [{}, { 'If-None-Match': '*' }]) {
    const answer = await app.request('/views/things', {
      headers: { Accept: 'Text/Event-Stream, application/json', ...headers },
    });
    expect(answer.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    await answer.body?.cancel();
  }
});

test('what a live query may not ask for is refused before the stream begins', async () => {
  const projectionist = await started();
  const get = (path: string, headers = {}) =>
    projectionist.app.request(path, { headers: { Accept: 'text/event-stream', ...headers } });
  expect((await get('/views/nothing')).status).toBe(404);
  expect((await get('/views/things?nope=eq.1')).status).toBe(400);
  expect((await get('/views/things', { 'Last-Event-ID': 'x' })).status).toBe(400);
  expect((await get('/views/things', { Prefer: 'as-of=0' })).status).toBe(400);
});

test('a reader that does not read costs no queue, and ends up with the rows as they are', async () => {
  const projectionist = await started();
  const url = new URL(await listening(projectionist));
  const socket = connect(Number(url.port), url.hostname);
  onTestFinished(() => void socket.destroy());
  socket.write('GET /views/things HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
  let text = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('event: snapshot')) resolve();
    });
  });
  socket.pause();
  // Far more than sockets and stream hold: 300 changes of 100 kB.
  const before = process.memoryUsage.rss();
  for (let score = 1; score <= 300; score += 1) {
    await set(projectionist, { id: 'a', color: 'x'.repeat(100_000), score });
    await projectionist.waitFor('things', score);
  }
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
  const isDone = new Promise<void>((resolve) => {
    socket.on('data', () => text.includes('"score":300') && resolve());
  });
  socket.resume();
  await isDone;
  expect(text.match(/event: changes/g)?.length ?? 0).toBeLessThan(300);
  expect(text).toContain('"reason":"behind"');
}, 60_000);

test('an EventSource goes on over a restart of the server, without a gap and without a repeat', async () => {
  const data = temporaryFolder();
  const before = await started({ data });
  const server = await serve(before.app, { host: '127.0.0.1', port: 0 });
  const source = open(`${server.url}/views/things?order=id`);
  const messages: Message[] = [];
  let rows: readonly Row[] = [];
  for (const name of ['snapshot', 'changes'])
    source.addEventListener(name, (event) => {
      const message = {
        event: name,
        id: Number(event.lastEventId),
        data: JSON.parse(event.data as string) as Message['data'],
      };
      messages.push(message);
      rows = apply(rows, message);
    });
  const reaches = async (count: number): Promise<void> => {
    while (rows.length < count) await Promise.race([next(source, 'changes'), next(source, 'snapshot')]);
  };
  await set(before, { id: 'a', color: 'red', score: 1 });
  await reaches(1);
  before.endStreams();
  await server.close();
  await set(before, { id: 'b', color: 'red', score: 2 });
  await before.close();
  const after = await started({ data });
  const again = await serve(after.app, { host: '127.0.0.1', port: Number(new URL(server.url).port) });
  onTestFinished(async () => {
    after.endStreams();
    await again.close();
  });
  await set(after, { id: 'c', color: 'red', score: 3 });
  await reaches(3);
  expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(messages.filter(({ event }) => event === 'snapshot')).toHaveLength(1);
  const inserted = messages.flatMap(({ data: { changes } }) => changes ?? []);
  expect(inserted.map(({ type, key }) => [type, key['id']])).toEqual(
    (messages[0]?.data.rows?.length === 0 ? ['a', 'b', 'c'] : ['b', 'c']).map((id) => ['insert', id]),
  );
}, 60_000);

test('GET /events streams the log from any position, filtered, and follows it', async () => {
  const projectionist = await started();
  const url = await listening(projectionist);
  for (let score = 1; score <= 250; score += 1)
    await set(projectionist, { id: `t${score}`, color: 'red', score });
  await projectionist.log.append('other', { type: 'other.happened', data: {} });
  const seen: number[] = [];
  const source = open(`${url}/events?after=10&type=thing.set`);
  const reaches = (count: number) =>
    new Promise<void>((resolve) => {
      source.addEventListener('message', () => seen.length >= count && resolve());
    });
  source.addEventListener('message', ({ lastEventId }) => seen.push(Number(lastEventId)));
  await reaches(240);
  expect(seen).toEqual(Array.from({ length: 240 }, (_, index) => index + 11));
  const more = reaches(241);
  await set(projectionist, { id: 'new', color: 'red', score: 1 });
  await more;
  expect(seen.at(-1)).toBe(252);
  const resumed = await fetch(`${url}/events?stream=other`, {
    headers: { Accept: 'text/event-stream', 'Last-Event-ID': '251' },
  });
  const reader = (resumed.body as ReadableStream<Uint8Array>).getReader();
  await projectionist.log.append('other', { type: 'other.happened', data: {} });
  let text = '';
  while (!text.includes('\nid: ') && !text.includes('id: 253'))
    text += new TextDecoder().decode((await reader.read()).value);
  expect(text).toMatch(/id: 253\ndata: {"position":253/);
  await reader.cancel();
});
