import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/serve.ts';
import { opened } from './support.ts';

/** What the server answers to these bytes, until it closes the connection. */
function exchange(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString())).on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

async function served() {
  const { app } = await opened();
  const server = await serve(app, { host: '127.0.0.1', port: 0, limits: { requestSeconds: 1 } });
  onTestFinished(() => server.close());
  return server.url;
}

test.each([
  ['headers', 'GET /events HTTP/1.1\r\nHost: localhost\r\nX-Slow'],
  [
    'body',
    'POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  ],
])('a client that is slow to send its %s is let go', async (_, bytes) => {
  expect(await exchange(await served(), bytes)).toMatch(/^HTTP\/1\.1 408 |^$/);
});

test('bytes that are no HTTP answer 400, headers without end 431', async () => {
  const url = await served();
  expect(await exchange(url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(
    await exchange(url, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`),
  ).toMatch(/^HTTP\/1\.1 431 /);
  expect(await exchange(url, 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 /,
  );
});

test('an address that is taken, or none, is refused by name', async () => {
  const { app } = await opened();
  const first = await serve(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => first.close());
  const port = Number(new URL(first.url).port);
  await expect(serve(app, { host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  await expect(serve(app, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('without tokens, a server of this machine answers to no other name', async () => {
  const ask = (url: string, host: string) =>
    exchange(url, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const url = await served();
  for (const host of ['localhost', '127.0.0.1:4000', '[::1]:4000', 'shop.localhost'])
    expect(await ask(url, host)).toMatch(/^HTTP\/1\.1 200 /);
  for (const host of ['evil.example', 'localhost.evil.example:80'])
    expect(await ask(url, host)).toMatch(/^HTTP\/1\.1 403 /);
  const { app } = await opened();
  const open = await serve(app, { host: '127.0.0.1', port: 0, auth: 'none' });
  onTestFinished(() => open.close());
  expect(await ask(open.url, 'shop.example')).toMatch(/^HTTP\/1\.1 200 /);
});
