/**
 * From commit to live event, with subscribers in a process of their own: how long after an append is acknowledged (that
 * is, on disk) its change arrives. `npm run bench -- live [subscribers] [appends a second] [seconds] [own|shared]`
 *
 * `own`: each subscriber follows another row, so that each has a query of its own, and every commit concerns one of
 * them. `shared`: all follow the same filtered list, which every commit changes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createProjectionist } from '../src/create-projectionist.ts';
import { serve } from '../src/http/serve.ts';
import definition from './rebuild-definition.ts';
import { percentile } from './report.ts';

interface Task {
  readonly url: string;
  readonly subscribers: number;
  readonly isOwn: boolean;
}

/** When the change of a position arrived, once for each subscriber that got it; milliseconds since 1970. */
type Arrivals = [position: number, time: number][];

const now = (): number => performance.timeOrigin + performance.now();

if (process.send === undefined) await measure();
else process.once('message', (task: Task) => void subscribe(task));

async function measure(): Promise<void> {
  const subscribers = Number(process.argv[2] ?? 100);
  const rate = Number(process.argv[3] ?? 50);
  const seconds = Number(process.argv[4] ?? 10);
  const isOwn = process.argv[5] !== 'shared';
  const data = mkdtempSync(join(tmpdir(), 'projectionist-bench-'));
  const projectionist = await createProjectionist({ data, projections: [definition] });
  projectionist.start();
  await projectionist.ready();
  const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
  const child = fork(import.meta.filename, { execArgv: process.execArgv });
  child.send({ url: server.url, subscribers, isOwn } satisfies Task);
  await once(child, 'message');

  const acknowledged = new Map<number, number>();
  const started = performance.now();
  const pending: Promise<unknown>[] = [];
  for (let index = 0; index < rate * seconds; index += 1) {
    const due = started + (index * 1000) / rate;
    if (due > performance.now()) await delay(due - performance.now());
    const items = [{ productId: `product-${index % subscribers}`, quantity: 1, unitPrice: 100 }];
    const event = { type: 'order.placed', data: { customerId: 'customer-1', items, total: 100 } };
    // The first second warms up.
    pending.push(
      projectionist.log
        .append(`order-${index}`, event)
        .then(({ position }) => index >= rate && acknowledged.set(position, now())),
    );
  }
  await Promise.all(pending);
  await delay(1000);
  child.send('report');
  const [arrivals] = (await once(child, 'message')) as [Arrivals];
  projectionist.endStreams();
  await server.close();
  await projectionist.close();
  rmSync(data, { recursive: true });

  const delays = arrivals.flatMap(([position, time]) => {
    const appended = acknowledged.get(position);
    return appended === undefined ? [] : [Math.max(0, time - appended)];
  });
  const at = (share: number): string => percentile(delays, share).toFixed(2);
  const expected = acknowledged.size * (isOwn ? 1 : subscribers);
  console.log(
    `acknowledged → live event, ${subscribers} subscribers (${isOwn ? 'a query each' : 'one query'}), ${rate} appends/s: ` +
      `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms (${delays.length} arrivals of ${expected}; coalesced commits arrive once)`,
  );
}

/** Subscribes over plain sockets, and notes arrivals without reading more of an event than its id. */
async function subscribe({ url, subscribers, isOwn }: Task): Promise<void> {
  const arrivals: Arrivals = [];
  const opened: Promise<void>[] = [];
  for (let index = 0; index < subscribers; index += 1) {
    const path = isOwn
      ? `/views/stock?product_id=eq.product-${index}`
      : '/views/orders?order=placed_at.desc,id&limit=10';
    const ready = Promise.withResolvers<void>();
    opened.push(ready.promise);
    get(url + path, { headers: { Accept: 'text/event-stream' }, agent: false }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (text.includes('event: snapshot')) ready.resolve();
        for (const [, id] of text.matchAll(/event: changes\nid: (\d+)/g)) arrivals.push([Number(id), now()]);
      });
      response.on('error', () => {});
    }).on('error', (error) => ready.reject(error));
    if (index % 50 === 49) await Promise.all(opened);
  }
  await Promise.all(opened);
  process.on('message', () => process.send?.(arrivals, () => process.exit(0)));
  process.send?.('ready');
}
