import { createClient } from 'projectionist/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type bookingsProjection from '../../examples/express-app/projections/bookings.ts';
import { dataFolder, ExampleProcess } from './example-process.ts';

const data = dataFolder();
let rooms: ExampleProcess;
let ada: { readonly cookie: string };

beforeAll(async () => {
  rooms = await ExampleProcess.start('express-app', data.path);
  ada = await rooms.signIn('ada');
});
afterAll(() => data.remove());

function book(room: string, day = '2027-01-05'): Promise<Response> {
  return rooms.send('POST', '/bookings', { room, day }, ada);
}

function reader(headers = ada) {
  return createClient<[typeof bookingsProjection]>(`${rooms.url}/read`, { headers });
}

test('a handler reads what it has just written, and the body parser stands behind the mount', async () => {
  const answer = await book('blue');
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({
    id: 'blue-2027-01-05',
    room: 'blue',
    day: '2027-01-05',
    by: 'ada',
    version: 1,
  });
  expect((await book('blue')).status).toBe(409);
});

test('of many who want a room at once, one gets it', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => book('green')));
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
});

test('a room that is released can be booked again', async () => {
  await book('red');
  const release = () => rooms.send('DELETE', '/bookings/red-2027-01-05', undefined, ada);
  expect((await release()).status).toBe(200);
  expect((await release()).status).toBe(404);
  expect(await (await book('red')).json()).toMatchObject({ version: 3 });
});

test('views are read, page by page and live, below the path of the mount', async () => {
  await book('amber', '2027-02-01');
  await book('white', '2027-02-01');
  const ofTheDay = reader().view('bookings').eq('day', '2027-02-01').select('room');
  const pages = [];
  for await (const { rows } of ofTheDay.limit(1).pages()) pages.push(...rows.map(({ room }) => room));
  expect(pages).toEqual(['amber', 'white']);

  const live = ofTheDay.live();
  expect((await live.next()).value).toMatchObject({ type: 'snapshot' });
  await book('brown', '2027-02-01');
  expect((await live.next()).value).toMatchObject({ type: 'insert', row: { room: 'brown' } });
  await live.return();
});

test('who is signed in is asked of Express, and may read', async () => {
  await expect(reader({ cookie: '' }).view('bookings').count()).rejects.toMatchObject({ status: 401 });
  await expect(
    reader().append('x-1', { type: 'room.released', data: {} }, { expectedVersion: 'exists' }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test("the application's own routes, errors and 404 are as they were", async () => {
  expect(await (await rooms.send('GET', '/', undefined, ada)).text()).toBe('Hello ada');
  const missing = await rooms.send('GET', '/nowhere');
  expect(missing.status).toBe(404);
  expect(await missing.json()).toEqual({ error: 'There is nothing here' });
  expect((await rooms.send('POST', '/bookings', { room: 'x', day: 'some day' }, ada)).status).toBe(422);
  const below = await rooms.send('GET', '/read/nowhere', undefined, ada);
  expect(await below.json()).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is nothing at GET /read/nowhere',
  });
});

test('the console is there, below the same path', async () => {
  const html = await (await rooms.send('GET', '/read/console/views/bookings')).text();
  const script = /<script type="module" src="(\/read\/console\/[^"]+)"/.exec(html)?.[1] ?? '';
  expect((await rooms.send('GET', script)).status).toBe(200);
});

test('it ends while somebody listens, and has everything when it is started again', async () => {
  const live = await rooms.send('GET', '/read/views/bookings', undefined, {
    ...ada,
    accept: 'text/event-stream',
  });
  const rest = live.text();
  expect(await rooms.stop('SIGTERM')).toBe(0);
  expect(await rest).toContain('retry: 1000');

  rooms = await ExampleProcess.start('express-app', data.path);
  ada = await rooms.signIn('ada');
  expect(await reader().view('bookings').eq('room', 'blue').count()).toBe(1);
  expect(await rooms.stop('SIGINT')).toBe(0);
});
