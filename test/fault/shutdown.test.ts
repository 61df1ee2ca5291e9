import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { lines, mortal, post, registered, shop, soundLog, statusOf } from './shop.ts';

const PATIENCE = { timeout: 90_000 };

/** A request of which only a part has been sent. */
async function begun(
  url: string,
  body: string,
): Promise<{ socket: Socket; finish(rest: string): Promise<string> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString())).on('error', () => {});
  const closed = once(socket, 'close');
  // The server says when it has the headers, and waits for the body.
  const head = `POST /events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(head);
  await once(socket, 'data');
  return {
    socket,
    finish: async (rest) => {
      socket.write(rest);
      await closed;
      return answer;
    },
  };
}

test(
  'a stop answers the request that is under way, sends live readers away, and ends with 0',
  PATIENCE,
  async () => {
    const workspace = shop();
    const server = mortal(await workspace.serve());
    await post(server.url, registered('Ada'));
    const readers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        fetch(`${server.url}${index % 2 === 0 ? '/events' : '/views/revenue'}`, {
          headers: { Accept: 'text/event-stream' },
        }),
      ),
    );
    const waiting = fetch(`${server.url}/views/revenue`, {
      headers: { Prefer: 'min-position=1000, wait=30' },
    });
    const body = JSON.stringify(registered('Grace', 'late'));
    const request = await begun(server.url, body);
    const started = performance.now();
    server.signal('SIGTERM');
    await server.says(/Stopping/);
    for (const text of await Promise.all(readers.map((reader) => reader.text())))
      expect(text).toMatch(/\nretry: \d+\n/);
    expect((await waiting).status).toBe(503);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
    const answer = await request.finish(body);
    expect(answer).toMatch(/HTTP\/1\.1 201 /);
    expect(answer).toMatch(/connection: close/i);
    expect(await server.ended()).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await soundLog(workspace)).toMatchObject({ head: 2 });
  },
);

test('past its limit a stop ends with 1, and says what was still open', PATIENCE, async () => {
  const workspace = shop();
  const server = mortal(await workspace.serve('--shutdown-seconds', '1'));
  expect((await post(server.url, registered('Ada'))).status).toBe(201);
  await begun(server.url, 'x'.repeat(100));
  expect(await server.stop()).toBe(1);
  expect(server.text).toContain('Ended after 1 seconds with something still open: POST /events');
  expect(await soundLog(workspace)).toMatchObject({ head: 1 });
  const next = mortal(await workspace.serve());
  expect(await next.stop()).toBe(0);
});

test('a second signal ends at once', PATIENCE, async () => {
  const workspace = shop();
  const server = mortal(await workspace.serve());
  await begun(server.url, 'x'.repeat(100));
  server.signal('SIGTERM');
  await server.says(/Stopping/);
  // A signal that comes at once counts as the same one; so it is asked again until it does not.
  const again = setInterval(() => server.signal('SIGINT'), 50);
  expect(await server.ended()).toBe(130);
  clearInterval(again);
});

test('a stop during an import appends nothing of it, and ends with 0', PATIENCE, async () => {
  const workspace = shop();
  writeFileSync(workspace.path('many.ndjson'), lines('many', 400_000));
  const server = mortal(workspace.begin('start', '--port', '0', '--seed', 'many.ndjson'));
  await server.says(/Importing many\.ndjson/);
  expect(await server.stop()).toBe(0);
  expect(server.text).toContain('Interrupted; nothing was imported');
  expect(await soundLog(workspace)).toMatchObject({ head: 0 });
});

test('a stop during a build ends with 0, and the next start goes on with it', PATIENCE, async () => {
  const workspace = shop();
  workspace.run(['append', '-'], { input: lines('some', 300_000) });
  const server = mortal(workspace.begin('start', '--port', '0'));
  await server.says(/building generation 1/);
  expect(await server.stop()).toBe(0);
  const next = mortal(await workspace.serve());
  expect(await next.stop()).toBe(0);
  const { head, projections } = statusOf(workspace);
  expect(projections.map(({ position }) => position)).toEqual(projections.map(() => head));
});
