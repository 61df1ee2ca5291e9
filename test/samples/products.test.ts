import { given } from 'projectionist/testing';
import { test } from 'vitest';
import productsProjection, { products, reservations } from '../../projections/products.ts';

const espresso = { productId: 'cof-01', name: 'House Espresso 1 kg', quantity: 2, unitPrice: 2190 };
const carrier = { code: 'green-bike', name: 'Green Bike' };

function placed(stream: string, quantity = 2) {
  const items = [{ ...espresso, quantity }];
  return { type: 'order.placed', stream, data: { customerId: 'ada', items } } as const;
}

const product = {
  id: 'cof-01',
  name: 'House Espresso 1 kg',
  unitsSold: 0,
  unitsReserved: 2,
  revenueCents: 0,
  lastOrderedAt: '2026-01-01T00:00:00.000Z',
};
const reservation = { orderId: 'order-1', productId: 'cof-01', quantity: 2, unitPriceCents: 2190 };

test('what is ordered is reserved', () => {
  given(productsProjection)
    .when(placed('order-1'))
    .then(products, [product])
    .then(reservations, [reservation]);
});

test('a product gathers the orders of many streams', () => {
  given(productsProjection)
    .when([placed('order-1'), placed('order-2', 5)])
    .then(products, [{ ...product, unitsReserved: 7, lastOrderedAt: '2026-01-01T00:01:00.000Z' }]);
});

test('what is shipped is sold, at the price of its order', () => {
  given(productsProjection, placed('order-1'), placed('order-2', 5))
    .when({ type: 'order.shipped', stream: 'order-1', data: { carrier } })
    .then(products, [
      {
        ...product,
        unitsSold: 2,
        unitsReserved: 5,
        revenueCents: 4380,
        lastOrderedAt: '2026-01-01T00:01:00.000Z',
      },
    ])
    .then(reservations, [{ ...reservation, orderId: 'order-2', quantity: 5 }]);
});

test('what is cancelled is free again, and was never sold', () => {
  given(productsProjection, placed('order-1'))
    .when({ type: 'order.cancelled', stream: 'order-1', data: { reason: 'out-of-stock' } })
    .then(products, [{ ...product, unitsReserved: 0 }])
    .then(reservations, []);
});

test('what is taken out of an order is free again', () => {
  given(productsProjection, placed('order-1'))
    .when({ type: 'order.item-removed', stream: 'order-1', data: { productId: 'cof-01', quantity: 1 } })
    .then(products, [{ ...product, unitsReserved: 1 }])
    .then(reservations, [{ ...reservation, quantity: 1 }]);
});
