import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { positionsLeftOut } from '../../../src/engine/apply/apply-stream.ts';
import { codeOf } from '../../../src/engine/apply/program-code.ts';
import { changesAlone } from '../../../src/engine/history/changes-alone.ts';
import { replayChanges } from '../../../src/engine/history/replay-changes.ts';
import { type TraceTask, traceRow } from '../../../src/engine/history/trace-row.ts';
import { EventLog } from '../../../src/event-log/event-log.ts';
import type { NewEvent } from '../../../src/event-log/event.ts';
import type { Projection } from '../../../src/projection/define.ts';
import { compileDefinitions, type LoadedProjection } from '../../../src/projection/load.ts';
import { randomFrom } from '../../fault/random.ts';
import shop from '../../projection/design-orders.ts';
import { open, rowsOf, temporaryFolder, withDatabase } from '../stage.ts';

const { compiled } = compileDefinitions([shop as Projection]).projections[0] as LoadedProjection;
const { program } = compiled;
const code = codeOf(compiled);

/** Orders that come, change and go, some of them twice under one id. */
function anyOrders(seed: number, count: number): (NewEvent & { readonly stream: string })[] {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const orderId = `order-${below(12)}`;
    const type = ['order.placed', 'order.placed', 'order.shipped', 'order.cancelled'][below(4)] as string;
    const items = Array.from({ length: below(4) }, () => ({
      productId: `product-${below(6)}`,
      quantity: below(5) - 1,
    }));
    const data =
      type === 'order.placed' ? { orderId, customerId: 'ann', total: below(90), items } : { orderId };
    return { stream: `stream-${below(30)}`, type, data };
  });
}

async function collected<T>(batches: AsyncIterable<{ readonly changes: readonly T[] }>): Promise<T[]> {
  const all: T[] = [];
  for await (const { changes } of batches) all.push(...changes);
  return all;
}

test.each([1, 2, 3])(
  'a row that is made alone goes through what it goes through among all others (seed %i)',
  async (seed) => {
    const data = temporaryFolder();
    const log = EventLog.open(join(data, 'log.db'));
    onTestFinished(() => log.close());
    await log.appendAll(anyOrders(seed, 400));
    const to = log.head();
    const policy = { onError: 'park', parkLimit: 1, decisions: [] } as const;
    const task = { program, log, to, budget: 100 };
    const path = join(data, 'views.db');
    await collected(replayChanges({ ...task, views: [], policy, path }, code));
    // The same id twice cannot be inserted: those streams are left out.
    const except = withDatabase(path, positionsLeftOut);
    expect(except.length).toBeGreaterThan(0);
    const rows = [
      ...Array.from({ length: 12 }, (_, index) => ({ name: 'orders', key: [`order-${index}`] })),
      ...Array.from({ length: 6 }, (_, index) => ({ name: 'stock', key: [`product-${index}`] })),
    ];
    for (const row of rows) {
      const alone = changesAlone({ ...task, row, except }, code);
      const among = replayChanges(
        { ...task, views: [row], policy, path: join(data, `${row.key[0]}.db`) },
        code,
      );
      expect(await collected(alone as NonNullable<typeof alone>)).toEqual(await collected(among));
    }
  },
);

test('a row of which no stream is proved is traced, also after a decision about dead letters', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [shop as Projection] });
  const placed = (orderId: string, quantity: number) => ({
    stream: orderId,
    type: 'order.placed',
    data: { orderId, customerId: 'ann', total: 1, items: [{ productId: 'cup', quantity }] },
  });
  await p.log.appendAll([
    placed('a', 1),
    { ...placed('a', 2), stream: 'again' },
    { ...placed('b', 4), stream: 'again' },
  ]);
  await p.ready();
  const task: TraceTask = {
    data,
    log: p.log,
    program,
    policy: { onError: 'park', parkLimit: 1, decisions: [] },
    path: join(data, 'views/orders-1.db'),
    row: { name: 'stock', key: ['cup'] },
    stream: undefined,
  };
  const trace = () => traceRow(task, { code, budget: 100, onProgress: () => {}, requireGoing: () => {} });
  expect((await trace()).entries).toMatchObject([{ position: 1, after: { reserved: 1 } }]);
  await p.discard('orders', 'again', 'typed twice');
  expect((await trace()).entries).toMatchObject([
    { position: 1, change: 'insert' },
    { position: 3, after: { reserved: 5 } },
  ]);
  expect(await rowsOf(p, 'stock')).toMatchObject([{ reserved: 5 }]);
});
