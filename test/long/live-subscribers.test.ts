import { type ChildProcess, fork } from 'node:child_process';
import { on } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/serve.ts';
import { started } from '../live/support.ts';
import type { Order, Report } from './live-subscribers/readers.ts';

const READERS = 1000;
/** Readers that ask for the same list; each of the others has a query of its own. */
const SHARED = 800;
/** Readers that do not read. What they would get does not fit into the buffers of their sockets. */
const STALLED = 50;
const ROWS = 900;
/** Bytes of a row, so that the rows are more than sockets hold. */
const COLOR = 'x'.repeat(2000);
/** Bytes that may wait for a reader, those of its stream and some for all else that a connection takes. */
const ROOM = 128 * 1024;

test('1,000 readers are told every change, in order, and those that do not read cost no queue', async () => {
  const projectionist = await started({ live: { readers: READERS } });
  const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    projectionist.endStreams();
    await server.close();
  });
  const child = fork(new URL('live-subscribers/readers.ts', import.meta.url), {
    execArgv: ['--conditions=projectionist-source'],
  });
  onTestFinished(() => void child.kill());
  const reports = reportsOf(child);
  const urls = Array.from({ length: READERS }, (_, index) => {
    const own = index < SHARED ? '' : `&select=id&score=gte.-${index}`;
    return `${server.url}/views/things?order=id${own}`;
  });
  send(child, { kind: 'begin', task: { urls, stalled: STALLED } });
  await untilReport(reports, ({ kind }) => kind === 'begun');

  const before = usedBytes();
  for (let index = 0; index < ROWS; index += 1) {
    const data = { id: String(index).padStart(6, '0'), color: COLOR, score: index };
    await projectionist.log.append('s', { type: 'thing.set', data });
  }
  await untilReport(
    reports,
    (report) => report.kind === 'rows' && report.most === ROWS && report.readers === READERS - STALLED,
  );
  expect(usedBytes() - before).toBeLessThan(READERS * ROOM);
  send(child, { kind: 'resume' });
  await untilReport(
    reports,
    (report) => report.kind === 'rows' && report.most === ROWS && report.readers === READERS,
  );
});

function send(child: ChildProcess, order: Order): void {
  child.send(order);
}

function reportsOf(child: ChildProcess): AsyncIterator<Report> {
  const messages = on(child, 'message', { close: ['exit'] });
  return (async function* reports() {
    for await (const [report] of messages) yield report as Report;
  })();
}

/** Reads reports until one holds. Throws for what a reader finds wrong. */
async function untilReport(
  reports: AsyncIterator<Report>,
  holds: (report: Report) => boolean,
): Promise<void> {
  for (;;) {
    const { value, done } = await reports.next();
    if (done === true) throw new Error('The readers have ended');
    if (value.kind === 'fault') throw new Error(value.message);
    if (holds(value)) return;
  }
}

/** Bytes in use after a garbage collection. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
