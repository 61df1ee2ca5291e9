import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generateShop, type ShopEvent, toLines } from '../../data/generate-shop.ts';
import { orderLinesOf, ordersOf, productsOf, reservationsOf, revenueOf } from './oracle.ts';

const events = generateShop();
const orders = ordersOf(events);
const streams = Map.groupBy(events, ({ stream }) => stream);
const orderHistories = [...streams.values()].filter(([first]) => first?.stream.startsWith('order-'));

/** Which type may directly follow which, within one order. */
const successors: Record<string, readonly string[]> = {
  'order.placed': ['order.item-added', 'order.item-removed', 'order.paid', 'order.cancelled'],
  'order.item-added': ['order.item-removed', 'order.paid', 'order.cancelled'],
  'order.item-removed': ['order.paid', 'order.cancelled'],
  'order.paid': ['order.shipped', 'order.cancelled'],
  'order.shipped': ['order.delivered'],
  'order.delivered': ['order.refunded'],
  'order.cancelled': ['order.refunded'],
  'order.refunded': ['order.refunded'],
};

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function amountOf(order: string, type: string): number {
  const history = streams.get(order) ?? [];
  return sum(history.filter((event) => event.type === type).map(({ data }) => data['amount'] as number));
}

function eventsBefore(event: ShopEvent): ShopEvent[] {
  const history = streams.get(event.stream) ?? [];
  return history.slice(0, history.indexOf(event));
}

describe('the file of sample events', () => {
  test('is what the generator writes, byte for byte', () => {
    const file = readFileSync(new URL('../../data/shop.events.ndjson', import.meta.url), 'utf8');
    // A boolean, because a difference of five megabytes is no help to anyone.
    expect(file === toLines(events)).toBe(true);
  });

  test('is about 20,000 events and no more than 5 MB', () => {
    expect(events.length).toBeGreaterThanOrEqual(19_500);
    expect(events.length).toBeLessThanOrEqual(20_500);
    expect(Buffer.byteLength(toLines(events))).toBeLessThan(5_000_000);
  });

  test('comes out the same every time', () => {
    expect(toLines(generateShop()) === toLines(events)).toBe(true);
  });
});

describe('the log', () => {
  test('is in the order of time, within the year 2025', () => {
    const times = events.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    expect(times.every((time) => time.startsWith('2025-'))).toBe(true);
  });

  test('has an id of its own for every event', () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test('names the cause of each event: the one before it in its stream', () => {
    const causes = events.map((event) => [event.id, event.metadata.causationId]);
    expect(causes).toEqual(events.map((event) => [event.id, eventsBefore(event).at(-1)?.id]));
    expect(events.filter(({ stream, metadata }) => metadata.correlationId !== stream)).toEqual([]);
  });

  test('writes shipments at schema version 1 until the end of April, and at version 2 from then on', () => {
    const shipments = events.filter(({ type }) => type === 'order.shipped');
    const [old, current] = [
      shipments.filter(({ time }) => time < '2025-05'),
      shipments.filter(({ time }) => time >= '2025-05'),
    ];
    expect(
      new Set(old.map(({ schemaVersion, data }) => `${schemaVersion} ${typeof data['carrier']}`)),
    ).toEqual(new Set(['1 string']));
    expect(
      new Set(current.map(({ schemaVersion, data }) => `${schemaVersion} ${typeof data['carrier']}`)),
    ).toEqual(new Set(['2 object']));
  });

  test('has orders overlap, so that their events interleave', () => {
    const changes = events.filter(({ stream }, index) => stream !== events[index + 1]?.stream);
    expect(changes.length).toBeGreaterThan(events.length / 2);
  });
});

describe('the business rules', () => {
  test('an order is placed first, and each later event may follow the one before it', () => {
    const misfits = orderHistories.flat().filter((event) => {
      const before = eventsBefore(event).at(-1);
      return before ? !successors[before.type]?.includes(event.type) : event.type !== 'order.placed';
    });
    expect(misfits).toEqual([]);
  });

  test('a customer registers before ordering', () => {
    const registered = events.filter(({ type }) => type === 'customer.registered');
    const since = new Map(registered.map(({ stream, time }) => [stream, time]));
    expect(since.size).toBeGreaterThan(36);
    expect(orders.filter((order) => !((since.get(order.customer_id) ?? '9') < order.placed_at))).toEqual([]);
  });

  test('what is removed was there, and something always remains', () => {
    const misfits = events
      .filter(({ type }) => type === 'order.item-removed')
      .filter((event) => {
        const before = orderLinesOf(eventsBefore(event)).find(
          (line) => line.product_id === event.data['productId'],
        );
        const remaining = orderLinesOf([...eventsBefore(event), event]);
        return !before || before.quantity < (event.data['quantity'] as number) || remaining.length === 0;
      });
    expect(misfits).toEqual([]);
  });

  test('what is paid is the total, and no more is refunded than was paid', () => {
    const paid = orders.filter(({ paid_at }) => paid_at);
    expect(paid.filter(({ id, total_cents }) => amountOf(id, 'order.paid') !== total_cents)).toEqual([]);
    expect(orders.filter(({ id }) => amountOf(id, 'order.refunded') > amountOf(id, 'order.paid'))).toEqual(
      [],
    );
  });

  test('an order that was paid and then cancelled is refunded in full, unless the year ended first', () => {
    const cancelled = orders.filter(({ status, paid_at }) => status === 'cancelled' && paid_at);
    const due = cancelled.filter(({ placed_at }) => placed_at < '2025-12-15');
    expect(due.length).toBeGreaterThan(0);
    expect(due.filter(({ refunded_cents, total_cents }) => refunded_cents !== total_cents)).toEqual([]);
  });
});

describe('the views that the oracle computes', () => {
  const days = revenueOf(events);
  const products = productsOf(events);

  test('agree on the money', () => {
    const paid = orders.filter(({ paid_at }) => paid_at);
    const shipped = orders.filter(({ shipped_at }) => shipped_at);
    expect(sum(days.map((row) => row.gross_cents))).toBe(sum(paid.map((row) => row.total_cents)));
    expect(sum(days.map((row) => row.refunded_cents))).toBe(sum(orders.map((row) => row.refunded_cents)));
    expect(sum(products.map((row) => row.revenue_cents))).toBe(sum(shipped.map((row) => row.total_cents)));
  });

  test('agree on the numbers', () => {
    const lines = orderLinesOf(events);
    const reservations = reservationsOf(events);
    expect(sum(days.map((row) => row.orders))).toBe(orders.length);
    expect(sum(lines.map((row) => row.quantity))).toBe(sum(orders.map((row) => row.item_count)));
    expect(sum(reservations.map((row) => row.quantity))).toBe(sum(products.map((row) => row.units_reserved)));
  });

  test('have a row for each product, and for each day of the year', () => {
    expect(products).toHaveLength(40);
    expect(days).toHaveLength(365);
  });
});
