import { Hono } from 'hono';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { nodeListener } from '../../src/http/node-listener.ts';
import { serve } from '../../src/http/serve.ts';
import { Scans } from '../../src/query/scans/scans.ts';
import { libraryApp } from '../query/library-app.ts';
import { TestLibrary } from '../query/library.ts';
import { serving } from './support.ts';

/** Counts the queries of either way: the short one never asks for what may become a scan. */
class CountingScans extends Scans {
  atOnce = 0;
  whole = 0;

  constructor() {
    super({ rows: Number.MAX_SAFE_INTEGER, readers: 1, queue: 1, timeout: 1 });
  }

  override answer(...asked: Parameters<Scans['answer']>): ReturnType<Scans['answer']> {
    this.whole += 1;
    return super.answer(...asked);
  }

  override answerAtOnce(...asked: Parameters<Scans['answerAtOnce']>): ReturnType<Scans['answerAtOnce']> {
    this.atOnce += 1;
    return super.answerAtOnce(...asked);
  }
}

test.each<[string, (app: Hono) => Promise<string>]>([
  [
    'a server of ours',
    async (app) => {
      const server = await serve(app, { host: '127.0.0.1', port: 0 });
      onTestFinished(() => server.close());
      return server.url;
    },
  ],
  ['a listener', (app) => serving(createServer((...exchange) => void nodeListener(app)(...exchange)))],
  [
    'a Hono app',
    async (app) => {
      const server = await serve(new Hono().route('/read', app), { host: '127.0.0.1', port: 0 });
      onTestFinished(() => server.close());
      return `${server.url}/read`;
    },
  ],
])('%s takes the short way, once, for all that it is for', async (_, start) => {
  const library = new TestLibrary().fill();
  onTestFinished(() => library.close());
  const scans = new CountingScans();
  const url = await start(libraryApp(library, {}, () => {}, scans));
  const queried = async (headers: Record<string, string>) => {
    Object.assign(scans, { atOnce: 0, whole: 0 });
    const { status } = await fetch(`${url}/views/books?id=eq.1`, { headers });
    return [status, scans.atOnce, scans.whole];
  };
  for (const headers of [
    {},
    { Accept: 'text/csv' },
    { Accept: 'application/vnd.pgrst.object+json' },
    { 'Accept-Encoding': 'deflate;q=1, gzip;q=0.5' },
    { 'If-None-Match': '"other"' },
    { Prefer: 'count=exact' },
    { Prefer: 'min-position=7, wait=1' },
    { 'X-Request-Id': 'mine' },
  ])
    expect(await queried(headers)).toEqual([200, 1, 0]);
  expect(await queried({ 'If-None-Match': '*' })).toEqual([304, 0, 0]);
  // The whole way asks for what may become a scan, and that begins with an answer at once.
  expect(await queried({ Range: '0-1' })).toEqual([200, 1, 1]);
});
