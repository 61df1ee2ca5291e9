import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

import { z } from 'zod';
import { defineEvents } from '../src/event-log/catalogue.ts';

const cents = z.int().positive();
const item = z.strictObject({ productId: z.string(), quantity: z.int().positive(), unitPrice: cents });

/** The event types of the benchmarks. */
export const orderCatalogue = defineEvents({
  'order.placed': {
    schema: z.strictObject({ customerId: z.string().min(1), items: z.array(item).min(1), total: cents }),
  },
  'order.paid': { schema: z.strictObject({ amount: cents, method: z.enum(['card', 'transfer']) }) },
  'order.shipped': { schema: z.strictObject({ carrier: z.string().min(1) }) },
  'order.cancelled': { schema: z.strictObject({ reason: z.string() }) },
});

export interface OrderEvent {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly time: string;
  readonly data: object;
}

const START = Date.UTC(2025, 0, 1);
const CARRIERS = ['North Post', 'Swift', 'Parcel Union'] as const;

/** The same `count` events at every call: orders that are placed, paid, then shipped or cancelled, interleaved. */
export function* orderEvents(count: number): Generator<OrderEvent> {
  for (let index = 0; index < count; index += 1) yield orderEvent(index);
}

/** Orders that are under way at the same time: an order's events are so many positions apart. */
const UNDER_WAY = 100;

function orderEvent(index: number): OrderEvent {
  const step = Math.floor(index / UNDER_WAY) % 3;
  const order = Math.floor(index / (3 * UNDER_WAY)) * UNDER_WAY + (index % UNDER_WAY);
  const total = (order % 5000) + 1;
  return {
    id: `event-${index}`,
    stream: `order-${order}`,
    time: new Date(START + index * 250).toISOString(),
    ...stepOf(step, order, total),
  };
}

function stepOf(step: number, order: number, total: number): { type: string; data: object } {
  if (step === 0)
    return {
      type: 'order.placed',
      data: { customerId: `customer-${order % 9973}`, items: itemsOf(order), total },
    };
  if (step === 1)
    return { type: 'order.paid', data: { amount: total, method: order % 3 === 0 ? 'transfer' : 'card' } };
  if (order % 10 === 0) return { type: 'order.cancelled', data: { reason: 'customer-request' } };
  return { type: 'order.shipped', data: { carrier: CARRIERS[order % 3] ?? CARRIERS[0] } };
}

function itemsOf(order: number): object[] {
  const count = (order % 3) + 1;
  return Array.from({ length: count }, (_, line) => ({
    productId: `product-${(order * 7 + line * 13) % 500}`,
    quantity: ((order + line) % 4) + 1,
    unitPrice: ((order * 31 + line) % 9000) + 100,
  }));
}

/** Writes `count` events as NDJSON. */
export async function writeOrderLines(file: string, count: number): Promise<void> {
  const out = createWriteStream(file);
  for (const event of orderEvents(count)) {
    if (!out.write(`${JSON.stringify(event)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
