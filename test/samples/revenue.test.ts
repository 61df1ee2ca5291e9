import { given } from 'projectionist/testing';
import { test } from 'vitest';
import revenueProjection, { revenue } from '../../projections/revenue.ts';

const item = { productId: 'cof-01', name: 'House Espresso 1 kg', quantity: 1, unitPrice: 2190 };
const placed = { type: 'order.placed', data: { customerId: 'ada', items: [item] } } as const;
const paid = { type: 'order.paid', data: { amount: 2190, method: 'card' } } as const;
const refunded = { type: 'order.refunded', data: { amount: 500, reason: 'damaged' } } as const;

test('a day adds up what was ordered, paid and paid back on it', () => {
  given(revenueProjection)
    .when([placed, placed, paid, paid, refunded])
    .then(revenue, [{ day: '2026-01-01', orders: 2, grossCents: 4380, refundedCents: 500, netCents: 3880 }]);
});

test('money counts on the day on which it moved, in UTC', () => {
  given(revenueProjection, { ...placed, time: '2026-01-31T23:30:00-01:00' })
    .when({ ...paid, time: '2026-02-01T23:59:59.999Z' })
    .when({ ...refunded, time: '2026-02-02T00:00:00Z' })
    .then(revenue, [
      { day: '2026-02-01', orders: 1, grossCents: 2190, refundedCents: 0, netCents: 2190 },
      { day: '2026-02-02', orders: 0, grossCents: 0, refundedCents: 500, netCents: -500 },
    ]);
});
