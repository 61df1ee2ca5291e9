import { writeFileSync } from 'node:fs';

const START = Date.UTC(2025, 0, 1);
const YEAR = 365 * 86_400_000;
/** Orders that are under way at the same time. */
const UNDER_WAY = 40;
/** Two orders that cannot be applied, and what waits behind them. */
export const BROKEN = 'order-1203';
const BROKEN_TOO = 'order-2207';

/** Writes so many events of a year of orders, which are placed, paid and shipped: the same ones each time. */
export function writeOrders(path: string, count: number): void {
  const lines = Array.from({ length: count }, (_, at) => JSON.stringify(orderEvent(at, count)));
  writeFileSync(path, `${lines.join('\n')}\n`);
}

function orderEvent(at: number, count: number): object {
  const round = Math.floor(at / (3 * UNDER_WAY));
  const step = Math.floor(at / UNDER_WAY) % 3;
  const number = 1000 + round * UNDER_WAY + (at % UNDER_WAY);
  const stream = `order-${number}`;
  const cause = step === 0 ? undefined : `event-${at - UNDER_WAY}`;
  return {
    id: `event-${at}`,
    stream,
    time: new Date(START + Math.floor((at / count) * YEAR)).toISOString(),
    metadata: { correlationId: stream, ...(cause !== undefined && { causationId: cause }) },
    ...stepOf(step, number, stream),
  };
}

function stepOf(step: number, number: number, stream: string): object {
  if (step === 0) {
    const total = stream === BROKEN || stream === BROKEN_TOO ? 0 : ((number * 7919) % 9000) + 500;
    return { type: 'order.placed', data: { customer: `customer-${(number * 31) % 97}`, total } };
  }
  if (step === 1) return { type: 'order.paid', data: { method: number % 3 === 0 ? 'transfer' : 'card' } };
  return { type: 'order.shipped', data: { carrier: number % 2 === 0 ? 'north-post' : 'swift-parcel' } };
}
