/**
 * What the sample projections should come to, computed another way: by folding the events in JavaScript, without SQL
 * and without anything of `src/`. Rows carry the columns' SQL names and are sorted by primary key.
 */

/** An event as it stands in a file or in the log; further fields do no harm. */
export type LoggedEvent = {
  readonly stream: string;
  readonly type: string;
  readonly schemaVersion?: number;
  readonly time: string;
  readonly data: unknown;
};

export type OrderRow = {
  id: string;
  customer_id: string;
  status: 'placed' | 'paid' | 'shipped' | 'delivered' | 'cancelled';
  item_count: number;
  total_cents: number;
  refunded_cents: number;
  carrier: string | null;
  placed_at: string;
  paid_at: string | null;
  shipped_at: string | null;
  delivered_at: string | null;
};

export type OrderLineRow = {
  order_id: string;
  product_id: string;
  name: string;
  quantity: number;
  unit_price_cents: number;
};

export type ProductRow = {
  id: string;
  name: string;
  units_sold: number;
  units_reserved: number;
  revenue_cents: number;
  last_ordered_at: string;
};

export type ReservationRow = Omit<OrderLineRow, 'name'>;

export type RevenueRow = {
  day: string;
  orders: number;
  gross_cents: number;
  refunded_cents: number;
  net_cents: number;
};

type Item = { productId: string; name: string; quantity: number; unitPrice: number };

/** The shop's events with their data at its current schema version. */
type ShopEvent = { stream: string; time: string } & (
  | { type: 'customer.registered'; data: { name: string; city: string } }
  | { type: 'order.placed'; data: { customerId: string; items: Item[] } }
  | { type: 'order.item-added'; data: Item }
  | { type: 'order.item-removed'; data: { productId: string; quantity: number } }
  | { type: 'order.paid'; data: { amount: number } }
  | { type: 'order.shipped'; data: { carrier: { code: string } } }
  | { type: 'order.delivered' | 'order.cancelled'; data: object }
  | { type: 'order.refunded'; data: { amount: number } }
);

/** Lines by order, then by product, as both the order lines and the reservations need them. */
type Lines = Map<string, Map<string, Item>>;

export function ordersOf(events: readonly LoggedEvent[]): OrderRow[] {
  const orders = new Map<string, OrderRow>();
  const lines: Lines = new Map();
  for (const event of events.map(upcast)) {
    foldLines(lines, event);
    if (event.type === 'order.placed')
      orders.set(event.stream, placedOrder(event.stream, event.time, event.data.customerId));
    const order = orders.get(event.stream);
    if (order) foldOrder(order, event, [...(lines.get(event.stream)?.values() ?? [])]);
  }
  return sortedBy([...orders.values()], (row) => [row.id]);
}

export function orderLinesOf(events: readonly LoggedEvent[]): OrderLineRow[] {
  const lines: Lines = new Map();
  for (const event of events.map(upcast)) foldLines(lines, event);
  return lineRows(lines);
}

export function productsOf(events: readonly LoggedEvent[]): ProductRow[] {
  const products = new Map<string, ProductRow>();
  const open: Lines = new Map();
  for (const event of events.map(upcast)) {
    for (const item of orderedItems(event)) reserve(products, item, event.time);
    if (event.type === 'order.item-removed')
      products.get(event.data.productId)!.units_reserved -= event.data.quantity;
    if (isClosing(event)) release(products, open.get(event.stream), event.type === 'order.shipped');
    foldReservations(open, event);
  }
  return sortedBy([...products.values()], (row) => [row.id]);
}

export function reservationsOf(events: readonly LoggedEvent[]): ReservationRow[] {
  const open: Lines = new Map();
  for (const event of events.map(upcast)) foldReservations(open, event);
  return lineRows(open).map(({ name: _name, ...row }) => row);
}

export function revenueOf(events: readonly LoggedEvent[]): RevenueRow[] {
  const days = new Map<string, RevenueRow>();
  for (const event of events.map(upcast)) {
    if (!['order.placed', 'order.paid', 'order.refunded'].includes(event.type)) continue;
    const day = event.time.slice(0, 10);
    const row = days.get(day) ?? { day, orders: 0, gross_cents: 0, refunded_cents: 0, net_cents: 0 };
    days.set(day, row);
    if (event.type === 'order.placed') row.orders += 1;
    if (event.type === 'order.paid') row.gross_cents += event.data.amount;
    if (event.type === 'order.refunded') row.refunded_cents += event.data.amount;
    row.net_cents = row.gross_cents - row.refunded_cents;
  }
  return sortedBy([...days.values()], (row) => [row.day]);
}

function upcast(event: LoggedEvent): ShopEvent {
  const isOldShipment = event.type === 'order.shipped' && (event.schemaVersion ?? 1) === 1;
  if (!isOldShipment) return event as ShopEvent;
  const { carrier: name } = event.data as { carrier: string };
  const code = name.split(' ').join('-').toLowerCase();
  return { stream: event.stream, time: event.time, type: 'order.shipped', data: { carrier: { code } } };
}

function placedOrder(id: string, placedAt: string, customerId: string): OrderRow {
  return {
    id,
    customer_id: customerId,
    status: 'placed',
    item_count: 0,
    total_cents: 0,
    refunded_cents: 0,
    carrier: null,
    placed_at: placedAt,
    paid_at: null,
    shipped_at: null,
    delivered_at: null,
  };
}

function foldOrder(order: OrderRow, event: ShopEvent, lines: readonly Item[]): void {
  order.item_count = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  order.total_cents = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  if (event.type === 'order.paid') Object.assign(order, { status: 'paid', paid_at: event.time });
  if (event.type === 'order.shipped')
    Object.assign(order, { status: 'shipped', shipped_at: event.time, carrier: event.data.carrier.code });
  if (event.type === 'order.delivered')
    Object.assign(order, { status: 'delivered', delivered_at: event.time });
  if (event.type === 'order.cancelled') order.status = 'cancelled';
  if (event.type === 'order.refunded') order.refunded_cents += event.data.amount;
}

function orderedItems(event: ShopEvent): Item[] {
  if (event.type === 'order.placed') return event.data.items;
  return event.type === 'order.item-added' ? [event.data] : [];
}

function foldLines(lines: Lines, event: ShopEvent): void {
  const order = lines.get(event.stream) ?? new Map<string, Item>();
  for (const item of orderedItems(event)) {
    const present = order.get(item.productId);
    order.set(
      item.productId,
      present ? { ...present, quantity: present.quantity + item.quantity } : { ...item },
    );
    lines.set(event.stream, order);
  }
  if (event.type !== 'order.item-removed') return;
  const line = order.get(event.data.productId)!;
  line.quantity -= event.data.quantity;
  if (line.quantity <= 0) order.delete(line.productId);
}

function isClosing(event: ShopEvent): boolean {
  return event.type === 'order.shipped' || event.type === 'order.cancelled';
}

function foldReservations(open: Lines, event: ShopEvent): void {
  foldLines(open, event);
  if (isClosing(event)) open.delete(event.stream);
}

function reserve(products: Map<string, ProductRow>, item: Item, time: string): void {
  const row = products.get(item.productId) ?? {
    id: item.productId,
    name: item.name,
    units_sold: 0,
    units_reserved: 0,
    revenue_cents: 0,
    last_ordered_at: time,
  };
  row.units_reserved += item.quantity;
  row.last_ordered_at = time;
  products.set(item.productId, row);
}

function release(
  products: Map<string, ProductRow>,
  lines: Map<string, Item> | undefined,
  isSold: boolean,
): void {
  for (const { productId, quantity, unitPrice } of lines?.values() ?? []) {
    const product = products.get(productId)!;
    product.units_reserved -= quantity;
    if (!isSold) continue;
    product.units_sold += quantity;
    product.revenue_cents += quantity * unitPrice;
  }
}

function lineRows(lines: Lines): OrderLineRow[] {
  const rows = [...lines].flatMap(([orderId, items]) =>
    [...items.values()].map(({ productId, name, quantity, unitPrice }) => ({
      order_id: orderId,
      product_id: productId,
      name,
      quantity,
      unit_price_cents: unitPrice,
    })),
  );
  return sortedBy(rows, (row) => [row.order_id, row.product_id]);
}

/** Compares as SQLite's BINARY collation does; a locale's order would differ. */
function sortedBy<Row>(rows: readonly Row[], keyOf: (row: Row) => readonly string[]): Row[] {
  return rows.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)));
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const differing = a.findIndex((part, index) => part !== b[index]);
  if (differing === -1) return 0;
  return a[differing]! < b[differing]! ? -1 : 1;
}
