import { given } from 'projectionist/testing';
import { test } from 'vitest';
import ordersProjection, { orderLines, orders } from '../../projections/orders.ts';

const stream = 'order-1';
const espresso = { productId: 'cof-01', name: 'House Espresso 1 kg', quantity: 2, unitPrice: 2190 };
const filters = { productId: 'acc-01', name: 'Paper Filters', quantity: 1, unitPrice: 590 };

const placed = given(ordersProjection, {
  type: 'order.placed',
  stream,
  time: '2026-03-02T08:00:00Z',
  data: { customerId: 'ada', items: [espresso, filters] },
});
const paid = placed.when({ type: 'order.paid', stream, data: { amount: 4970, method: 'card' } });

const order = {
  id: 'order-1',
  customerId: 'ada',
  status: 'placed',
  itemCount: 3,
  totalCents: 4970,
  refundedCents: 0,
  carrier: null,
  placedAt: '2026-03-02T08:00:00.000Z',
  paidAt: null,
  shippedAt: null,
  deliveredAt: null,
} as const;
const paidOrder = { ...order, status: 'paid', paidAt: '2026-03-02T08:01:00.000Z' } as const;

const espressoLine = {
  orderId: 'order-1',
  productId: 'cof-01',
  name: 'House Espresso 1 kg',
  quantity: 2,
  unitPriceCents: 2190,
};
const filtersLine = {
  orderId: 'order-1',
  productId: 'acc-01',
  name: 'Paper Filters',
  quantity: 1,
  unitPriceCents: 590,
};

test('an order is placed with its lines, its number of items and its total', () => {
  placed.then(orders, [order]).then(orderLines, [espressoLine, filtersLine]);
});

test('an item that is added again joins its line', () => {
  placed
    .when({ type: 'order.item-added', stream, data: espresso })
    .then(orderLines, [{ ...espressoLine, quantity: 4 }, filtersLine])
    .then(orders, [{ ...order, itemCount: 5, totalCents: 9350 }]);
});

test('a line disappears with its last item', () => {
  placed
    .when({ type: 'order.item-removed', stream, data: { productId: 'acc-01', quantity: 1 } })
    .then(orderLines, [espressoLine])
    .then(orders, [{ ...order, itemCount: 2, totalCents: 4380 }]);
});

test('what is not in the order cannot be removed from it', () => {
  placed
    .when({ type: 'order.item-removed', stream, data: { productId: 'tea-01', quantity: 1 } })
    .thenFails('must: update of order_lines changed no row');
});

test('an order is paid, shipped and delivered, each at its time', () => {
  paid
    .then(orders, [paidOrder])
    .when({
      type: 'order.shipped',
      stream,
      data: { carrier: { code: 'swift-parcel', name: 'Swift Parcel' } },
    })
    .when({ type: 'order.delivered', stream, data: {} })
    .then(orders, [
      {
        ...paidOrder,
        status: 'delivered',
        carrier: 'swift-parcel',
        shippedAt: '2026-03-02T08:02:00.000Z',
        deliveredAt: '2026-03-02T08:03:00.000Z',
      },
    ]);
});

test('a shipment of the first schema version named its carrier only', () => {
  paid
    .when({ type: 'order.shipped', stream, schemaVersion: 1, data: { carrier: 'North Post' } })
    .then(orders, [
      { ...paidOrder, status: 'shipped', carrier: 'north-post', shippedAt: '2026-03-02T08:02:00.000Z' },
    ]);
});

test('refunds add up, and leave the state of the order alone', () => {
  const refund = { type: 'order.refunded', stream, data: { amount: 590, reason: 'damaged' } } as const;
  paid.when([refund, refund]).then(orders, [{ ...paidOrder, refundedCents: 1180 }]);
});

test('a cancelled order keeps its lines', () => {
  placed
    .when({ type: 'order.cancelled', stream, data: { reason: 'payment-expired' } })
    .then(orders, [{ ...order, status: 'cancelled' }])
    .then(orderLines, [espressoLine, filtersLine]);
});

test('an order that was never placed cannot be paid', () => {
  given(ordersProjection)
    .when({ type: 'order.paid', stream: 'order-9', data: { amount: 1, method: 'card' } })
    .thenFails('must: update of orders changed no row');
});
