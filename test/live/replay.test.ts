import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { apply, Live, type Message, type Row, started, temporaryFolder } from './support.ts';

/** Forty events over five things, of which some come to be gone. */
async function filled(data = temporaryFolder()): Promise<Projectionist> {
  const projectionist = await started({ data });
  const events = Array.from({ length: 40 }, (_, at) => {
    const id = `t${(at * 7) % 5}`;
    return at % 11 === 10
      ? { stream: id, type: 'thing.gone', data: { id } }
      : { stream: id, type: 'thing.set', data: { id, color: at % 3 === 0 ? 'red' : 'blue', score: at % 8 } };
  });
  await projectionist.log.appendAll(events);
  await projectionist.ready();
  return projectionist;
}

const ask = ({ app }: Projectionist, path: string, prefer: string) =>
  app.request(path, { headers: { Accept: 'text/event-stream', Prefer: prefer } });

async function replayed(projectionist: Projectionist, path: string, prefer: string): Promise<Message[]> {
  const response = await ask(projectionist, path, prefer);
  expect(response.status).toBe(200);
  const live = new Live(response);
  const messages: Message[] = [];
  for (let message = await live.next(); message !== undefined; message = await live.next())
    messages.push(message);
  return messages;
}

const QUERY = '/views/things?color=eq.red&order=score.desc,id&limit=3';

test('a replay has the rows as of every position that it names', async () => {
  const projectionist = await filled();
  const messages = await replayed(projectionist, QUERY, 'replay=3..30, step=4');
  expect(messages.map(({ data }) => data.position)).toEqual([3, 7, 11, 15, 19, 23, 27, 30, 30]);
  expect(messages.at(-1)).toMatchObject({ event: 'end', data: { position: 30 } });
  let rows: readonly Row[] = [];
  for (const message of messages.slice(0, -1)) {
    rows = apply(rows, message);
    const then = await projectionist.app.request(QUERY, {
      headers: { Prefer: `as-of=${message.data.position}` },
    });
    expect(rows).toEqual(await then.json());
  }
});

test('a replay tells when each position was, goes to the head by itself, and in a thousand steps at most', async () => {
  const projectionist = await filled();
  const messages = await replayed(projectionist, '/views/things', 'replay=0..');
  expect(messages).toHaveLength(42);
  expect(messages[0]?.data).toEqual({ position: 0, reason: 'first', rows: [] });
  const [event] = [...projectionist.log.readAll({ after: 6, limit: 1 })];
  expect(messages[7]?.data).toMatchObject({ position: 7, time: event?.time });
});

test('a replay of rows without a key, or of a named query, sends them whole where they change', async () => {
  const projectionist = await filled();
  const notes = await replayed(projectionist, '/views/notes', 'replay=1..12');
  expect(notes.map(({ event }) => event)).toEqual([
    ...Array.from({ length: 10 }, () => 'snapshot'),
    'changes',
    'snapshot',
    'end',
  ]);
  const best = await replayed(projectionist, '/views/rpc/best?color=red', 'replay=0..40, step=40');
  expect(best.at(-2)?.data.rows).toEqual([{ best: 7 }]);
});

test('a replay leaves no file, read to its end or not', async () => {
  const data = temporaryFolder();
  const projectionist = await filled(data);
  const left = () => readdirSync(join(data, 'copies')).filter((file) => file.startsWith('replay'));
  await replayed(projectionist, QUERY, 'replay=0..40');
  await vi.waitFor(() => expect(left()).toEqual([]));
  const live = new Live(await ask(projectionist, QUERY, 'replay=0..40'));
  await live.next();
  await live.close();
  await vi.waitFor(() => expect(left()).toEqual([]));
  const other = new Live(await ask(projectionist, QUERY, 'replay=0..40'));
  await other.next();
  await projectionist.close();
  expect(left()).toEqual([]);
});

test.each([
  ['replay=5', 'REQUEST_INVALID'],
  ['replay=9..5', 'REQUEST_INVALID'],
  ['replay=0..5, step=0', 'REQUEST_INVALID'],
  ['replay=0..41', 'POSITION_AHEAD'],
])('%s is refused', async (prefer, code) => {
  const response = await ask(await filled(), '/views/things', prefer);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code });
});
