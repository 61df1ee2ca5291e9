import { describe, expect, it } from 'vitest';
import ordersProjection from '../../projections/orders.ts';
import productsProjection from '../../projections/products.ts';
import revenueProjection from '../../projections/revenue.ts';
import designOrders from './design-orders.ts';
import { MemoryRun, statementsOf } from './memory-run.ts';

describe('the projections that documents and samples show', () => {
  it.each([ordersProjection, productsProjection, revenueProjection])('compile: $name', (definition) => {
    expect(() => new MemoryRun(definition)).not.toThrow();
  });

  it('render as SQL that a reader knows again', () => {
    expect(statementsOf(designOrders, 'order.placed')).toEqual([
      `insert into "orders" ("id", "customer_id", "status", "total", "placed_at", "shipped_at") values (json_extract(NEW.data, '$.orderId'), json_extract(NEW.data, '$.customerId'), 'placed', json_extract(NEW.data, '$.total'), NEW.time, null)`,
      `insert into "stock" ("product_id", "reserved") select json_extract(each.value, '$.productId'), json_extract(each.value, '$.quantity') from jsonb_each(NEW.data, '$.items') AS each WHERE each.key IS NOT NULL on conflict ("stock"."product_id") do update set "reserved" = "stock"."reserved" + excluded.reserved`,
    ]);
    expect(statementsOf(designOrders, 'order.shipped')).toEqual([
      `update "orders" set "status" = 'shipped', "shipped_at" = NEW.time where "orders"."id" = json_extract(NEW.data, '$.orderId')`,
    ]);
    expect(statementsOf(designOrders, 'order.cancelled')).toEqual([
      `delete from "orders" where "orders"."id" = json_extract(NEW.data, '$.orderId')`,
    ]);
  });

  it('do what they say', () => {
    const items = [
      { productId: 'a', quantity: 2 },
      { productId: 'b', quantity: 1 },
      { productId: 'a', quantity: 3 },
    ];
    const run = new MemoryRun(designOrders).apply(
      { type: 'order.placed', data: { orderId: 'o-1', customerId: 'c-1', total: 9.5, items } },
      { type: 'order.placed', data: { orderId: 'o-2', customerId: 'c-1', total: 1, items: [] } },
      { type: 'order.shipped', data: { orderId: 'o-1' } },
      { type: 'order.cancelled', data: { orderId: 'o-2' } },
    );
    expect(run.rows('SELECT * FROM stock')).toEqual([
      { product_id: 'a', reserved: 5 },
      { product_id: 'b', reserved: 1 },
    ]);
    expect(run.rows('SELECT id, status, total, shipped_at FROM orders')).toEqual([
      { id: 'o-1', status: 'shipped', total: 9.5, shipped_at: '2026-01-01T00:00:03.000Z' },
    ]);
  });
});
