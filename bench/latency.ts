/**
 * From append to visible, at a steady rate of appends, through the real engine with its worker thread: how long after
 * an append is acknowledged (that is, on disk) a query sees its rows. `npm run bench -- latency [appends a second] [seconds]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createProjectionist } from '../src/create-projectionist.ts';
import definition from './rebuild-definition.ts';
import { percentile } from './report.ts';

const rate = Number(process.argv[2] ?? 500);
const seconds = Number(process.argv[3] ?? 10);
const data = mkdtempSync(join(tmpdir(), 'projectionist-bench-'));
const projectionist = await createProjectionist({ data, projections: [definition] });
projectionist.start();
await projectionist.ready();

const acknowledged: number[] = [];
const visible: number[] = [];
const pending: Promise<void>[] = [];
const started = performance.now();
for (let index = 0; index < rate * seconds; index += 1) {
  const due = started + (index * 1000) / rate;
  if (due > performance.now()) await delay(due - performance.now());
  if (index === rate) visible.length = acknowledged.length = 0; // the first second warms up
  pending.push(appendOne(index));
}
await Promise.all(pending);
await projectionist.close();
rmSync(data, { recursive: true });
print('append → acknowledged', acknowledged);
print('acknowledged → visible', visible);

async function appendOne(index: number): Promise<void> {
  const called = performance.now();
  const items = [{ productId: `product-${index % 500}`, quantity: 1, unitPrice: 100 }];
  const event = { type: 'order.placed', data: { customerId: 'customer-1', items, total: 100 } };
  const { position } = await projectionist.log.append(`order-${index}`, event);
  const appended = performance.now();
  await projectionist.waitFor('orders', position);
  acknowledged.push(appended - called);
  visible.push(performance.now() - appended);
}

function print(name: string, milliseconds: number[]): void {
  const at = (share: number): string => percentile(milliseconds, share).toFixed(2);
  console.log(
    `${name} at ${rate} appends/s: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms (${milliseconds.length})`,
  );
}
