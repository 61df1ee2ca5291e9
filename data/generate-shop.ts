/**
 * Writes `shop.events.ndjson`: the year 2025 of a small coffee and kitchen shop, as an event log.
 *
 *     node data/generate-shop.ts            writes the file
 *     node data/generate-shop.ts --check    exits 1 when the file is not what would be written
 *
 * The same bytes come out each time: the only randomness is a seeded generator, and the only clock is the calendar below.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export type ShopEvent = {
  id: string;
  stream: string;
  type: string;
  schemaVersion?: number;
  time: string;
  data: Record<string, unknown>;
  metadata: { correlationId: string; causationId?: string };
};

/** An event before the whole log is sorted by time, and so before it has an id. */
type Draft = {
  stream: string;
  type: string;
  schemaVersion?: number;
  time: number;
  data: Record<string, unknown>;
  cause?: Draft | undefined;
};

type Item = { productId: string; name: string; quantity: number; unitPrice: number };

/** Answers a number from 0 up to, but not including, 1. */
type Random = () => number;

const seed = 2;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const yearStart = Date.UTC(2025, 0, 1);
const yearEnd = Date.UTC(2026, 0, 1);

/** Coffee costs more from here on, so that a product's revenue is not simply its units times one price. */
const coffeePriceRise = Date.UTC(2025, 8, 1);

/** From here on `order.shipped` is written at schema version 2, in which the carrier is an object. */
const carrierBecomesObject = Date.UTC(2025, 4, 1);

/** Id, name and price in cents; what sells best comes first. */
const products: readonly (readonly [string, string, number])[] = [
  ['cof-01', 'House Espresso 1 kg', 2190],
  ['cof-02', 'Ethiopia Guji 250 g', 1290],
  ['cof-03', 'Colombia Huila 250 g', 1190],
  ['acc-01', 'Paper Filters 100 pcs', 590],
  ['cof-04', 'Decaf Peru 250 g', 1250],
  ['tea-01', 'Earl Grey 100 g', 890],
  ['cof-05', 'Brazil Santos 500 g', 1690],
  ['tea-02', 'Sencha Green 100 g', 1090],
  ['cup-01', 'Espresso Cup Set of 2', 1890],
  ['cof-06', 'Kenya Nyeri AA 250 g', 1490],
  ['swe-01', 'Dark Chocolate 70% Bar', 420],
  ['tea-03', 'Peppermint Leaves 50 g', 590],
  ['brw-01', 'Ceramic Dripper No. 2', 2490],
  ['cof-07', 'Guatemala Antigua 250 g', 1350],
  ['acc-02', 'Descaling Tablets 10 pcs', 790],
  ['swe-02', 'Almond Biscotti 200 g', 650],
  ['tea-04', 'Masala Chai 150 g', 990],
  ['cup-02', 'Enamel Mug 350 ml', 1290],
  ['brw-02', 'French Press 800 ml', 3490],
  ['cof-08', 'Sumatra Mandheling 250 g', 1320],
  ['swe-03', 'Orange Blossom Honey 250 g', 880],
  ['tea-05', 'Rooibos Vanilla 100 g', 790],
  ['brw-03', 'Moka Pot 6 Cups', 3990],
  ['acc-03', 'Cleaning Brush', 650],
  ['cup-03', 'Travel Tumbler 400 ml', 2790],
  ['cof-09', 'Costa Rica Tarrazu 250 g', 1420],
  ['tea-06', 'Darjeeling First Flush 100 g', 1690],
  ['swe-04', 'Sea Salt Caramels 150 g', 720],
  ['brw-04', 'Cold Brew Bottle 1 l', 2690],
  ['acc-04', 'Kitchen Scale with Timer', 4490],
  ['cup-04', 'Latte Glass Set of 4', 2390],
  ['grd-01', 'Hand Grinder Steel Burr', 6990],
  ['tea-07', 'Jasmine Pearls 80 g', 1590],
  ['acc-05', 'Milk Jug 600 ml', 2190],
  ['brw-05', 'Gooseneck Kettle 1 l', 5490],
  ['tea-08', 'Glass Teapot 1.2 l', 3290],
  ['acc-06', 'Walnut Tamper 58 mm', 3890],
  ['grd-02', 'Electric Burr Grinder', 15900],
  ['brw-06', 'Coffee Siphon 5 Cups', 8900],
  ['brw-07', 'Lever Espresso Machine', 49900],
];

const firstNames =
  'Ada Ben Clara Dario Elif Finn Greta Hugo Ines Jonas Kira Leo Mara Nils Olga Paul Rosa Samir Tilda Umut Vera Willem Xenia Yusuf Zoe'.split(
    ' ',
  );
const lastNames =
  'Almeida Berg Costa Dahl Egger Fischer Garcia Haas Ivanova Jansen Kaya Lindqvist Moreau Novak Okafor Petrov Rossi Weber'.split(
    ' ',
  );
const cities = ['Utrecht', 'Leipzig', 'Porto', 'Graz', 'Ghent', 'Aarhus', 'Bologna'];

const carriers = [
  { code: 'north-post', name: 'North Post' },
  { code: 'swift-parcel', name: 'Swift Parcel' },
  { code: 'green-bike', name: 'Green Bike' },
];

/** How busy the shop is at the start of each month, and at the end of the year: a quiet summer, a long swell to Christmas. */
const season = [0.8, 0.75, 0.8, 0.85, 0.85, 0.75, 0.65, 0.7, 0.9, 1.05, 1.3, 1.9, 1.8];
const weekdays = [1.15, 1.15, 1, 0.95, 0.9, 0.9, 0.95];
const hours = [1, 0.5, 0.2, 0.1, 0.1, 0.3, 1, 3, 5, 6, 6, 6, 7, 6, 5, 5, 5, 6, 7, 9, 10, 9, 6, 3];
const ordersOnAnOrdinaryDay = 13.7;
const lastGiftDay = Date.UTC(2025, 11, 20);

/** Tommy Ettinger's mulberry32: 32 bits of state, in integer arithmetic that every JavaScript engine does alike. */
function mulberry32(state: number): Random {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low));
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[between(random, 0, choices.length)]!;
}

function pickWeighted(random: Random, weights: readonly number[]): number {
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  return found === -1 ? weights.length - 1 : found;
}

/** A product of two draws leans towards the front of the list: best sellers, and customers of long standing. */
function pickFromTheFront(random: Random, length: number): number {
  return Math.floor(random() * random() * length);
}

function busyness(time: number): number {
  const date = new Date(time);
  const month = date.getUTCMonth();
  const throughMonth = (date.getUTCDate() - 1) / 31;
  const seasonal = season[month]! * (1 - throughMonth) + season[month + 1]! * throughMonth;
  // What is ordered after this day would not arrive before Christmas.
  return seasonal * weekdays[date.getUTCDay()]! * (time > lastGiftDay ? 0.4 : 1);
}

function orderTimesOf(random: Random, midnight: number): number[] {
  const count = Math.round(ordersOnAnOrdinaryDay * busyness(midnight) * (0.75 + random() / 2));
  const times = Array.from(
    { length: count },
    () => midnight + pickWeighted(random, hours) * hour + between(random, 0, hour),
  );
  return times.toSorted((a, b) => a - b);
}

/** Whether someone is at work: Monday to Friday, 8 to 17 o'clock. */
function isWorkingHour(time: number): boolean {
  const date = new Date(time);
  return date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 8 && date.getUTCHours() < 17;
}

/** The time itself, or else some time on the next morning of work. */
function inWorkingHours(random: Random, time: number): number {
  if (isWorkingHour(time)) return time;
  let opening = time - (time % hour) + hour;
  while (!isWorkingHour(opening)) opening += hour;
  return opening + between(random, 0, 3 * hour);
}

function chooseItem(random: Random, time: number): Item {
  const [productId, name, listPrice] = products[pickFromTheFront(random, products.length)]!;
  const isRaised = productId.startsWith('cof') && time >= coffeePriceRise;
  const unitPrice = isRaised ? Math.round((listPrice * 1.08) / 10) * 10 : listPrice;
  const quantity = listPrice > 3000 ? 1 : 1 + pickWeighted(random, [10, 4, 2, 1]);
  return { productId, name, quantity, unitPrice };
}

function chooseItems(random: Random, time: number): Item[] {
  const items = new Map<string, Item>();
  const wanted = 1 + pickWeighted(random, [9, 6, 3, 1]);
  while (items.size < wanted) {
    const item = chooseItem(random, time);
    items.set(item.productId, item);
  }
  return [...items.values()];
}

/** One order's life, told event by event; each event is caused by the one before. */
class OrderStory {
  readonly told: Draft[] = [];
  readonly #items: Map<string, Item>;
  readonly #random: Random;
  readonly #stream: string;
  readonly #placedAt: number;

  constructor(random: Random, stream: string, placedAt: number, customerId: string) {
    const items = chooseItems(random, placedAt);
    this.#random = random;
    this.#stream = stream;
    this.#placedAt = placedAt;
    this.#items = new Map(items.map((item) => [item.productId, { ...item }]));
    this.#tell('order.placed', placedAt, { customerId, items });
  }

  tellAll(): Draft[] {
    this.#changeItems();
    if (this.#chance(0.04)) {
      this.#tell('order.cancelled', this.#after(3 * day, 3 * day + hour), { reason: 'payment-expired' });
      return this.told;
    }
    this.#pay();
    if (this.#chance(0.03)) this.#cancelPaidOrder();
    else this.#deliver();
    return this.told;
  }

  #changeItems(): void {
    if (this.#chance(0.14)) this.#addItem();
    if (this.#chance(0.08)) this.#removeItem();
  }

  #addItem(): void {
    // Priced as on the day the order was placed, so that a line never has two prices.
    const added = chooseItem(this.#random, this.#placedAt);
    const present = this.#items.get(added.productId);
    this.#items.set(added.productId, { ...added, quantity: added.quantity + (present?.quantity ?? 0) });
    this.#tell('order.item-added', this.#after(minute, 12 * minute), added);
  }

  #removeItem(): void {
    const item = pick(this.#random, [...this.#items.values()]);
    const units = [...this.#items.values()].reduce((sum, { quantity }) => sum + quantity, 0);
    // Whoever wants nothing at all cancels instead.
    if (units === 1) return;
    const quantity = between(this.#random, 1, Math.min(item.quantity, units - 1) + 1);
    item.quantity -= quantity;
    if (item.quantity === 0) this.#items.delete(item.productId);
    this.#tell('order.item-removed', this.#after(minute, 12 * minute), {
      productId: item.productId,
      quantity,
    });
  }

  #pay(): void {
    const isTransfer = this.#chance(0.2);
    const time = isTransfer ? this.#after(5 * hour, 2 * day) : this.#after(minute, 10 * minute);
    this.#tell('order.paid', time, { amount: this.#total(), method: isTransfer ? 'transfer' : 'card' });
  }

  #cancelPaidOrder(): void {
    const reason = pick(this.#random, ['customer-request', 'out-of-stock']);
    this.#tell('order.cancelled', this.#after(10 * minute, 5 * hour), { reason });
    this.#refund(this.#total(), 'cancelled');
  }

  #deliver(): void {
    const shippedAt = inWorkingHours(this.#random, this.#after(2 * hour, 20 * hour));
    this.#ship(shippedAt);
    const arrival = inWorkingHours(this.#random, this.#after(18 * hour, 3 * day));
    this.#tell('order.delivered', arrival, {});
    if (this.#chance(0.06)) this.#complain();
  }

  #ship(time: number): void {
    const carrier = carriers[pickWeighted(this.#random, [5, 4, 1])]!;
    if (time < carrierBecomesObject)
      this.#tell('order.shipped', time, { carrier: carrier.name }, { schemaVersion: 1 });
    else this.#tell('order.shipped', time, { carrier }, { schemaVersion: 2 });
  }

  #complain(): void {
    const { unitPrice } = pick(this.#random, [...this.#items.values()]);
    this.#refund(unitPrice, pick(this.#random, ['damaged', 'not-as-described', 'returned']));
    const rest = this.#total() - unitPrice;
    if (rest > 0 && this.#chance(0.15)) this.#refund(Math.min(rest, 500), 'goodwill');
  }

  #refund(amount: number, reason: string): void {
    const time = inWorkingHours(this.#random, this.#after(4 * hour, 4 * day));
    this.#tell('order.refunded', time, { amount, reason });
  }

  #total(): number {
    return [...this.#items.values()].reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #after(shortest: number, longest: number): number {
    return this.told.at(-1)!.time + between(this.#random, shortest, longest);
  }

  #tell(type: string, time: number, data: Draft['data'], version: { schemaVersion?: number } = {}): void {
    this.told.push({ stream: this.#stream, type, ...version, time, data, cause: this.told.at(-1) });
  }
}

function registration(number: number, time: number): Draft {
  const stream = `customer-${String(number).padStart(3, '0')}`;
  // 25 first names and 18 last names share no divisor, so counting through both repeats no pair for 450 customers.
  const name = `${firstNames[number % firstNames.length]} ${lastNames[number % lastNames.length]}`;
  const city = cities[number % cities.length];
  return { stream, type: 'customer.registered', time, data: { name, city } };
}

function draftYear(random: Random): Draft[] {
  const drafts: Draft[] = [];
  const customers: string[] = [];
  const register = (time: number) => {
    const draft = registration(customers.length + 1, time);
    customers.push(draft.stream);
    drafts.push(draft);
    return draft.stream;
  };
  let orders = 0;
  for (let midnight = yearStart; midnight < yearEnd; midnight += day) {
    for (const placedAt of orderTimesOf(random, midnight)) {
      const isNewCustomer = random() < 0.02 + 30 / (30 + orders);
      const customerId = isNewCustomer
        ? register(placedAt - between(random, minute, 5 * minute))
        : customers[pickFromTheFront(random, customers.length)]!;
      orders += 1;
      drafts.push(...new OrderStory(random, `order-${1000 + orders}`, placedAt, customerId).tellAll());
    }
  }
  return drafts;
}

/** The year's events in the order of their time. What the year's end cuts off is still under way, as in any real log. */
export function generateShop(): ShopEvent[] {
  const drafts = draftYear(mulberry32(seed))
    .filter(({ time }) => time >= yearStart && time < yearEnd)
    .toSorted((a, b) => a.time - b.time);
  const ids = new Map(drafts.map((draft, index) => [draft, `evt-${String(index + 1).padStart(6, '0')}`]));
  return drafts.map((draft) => {
    const { time, data, cause, ...about } = draft;
    const metadata = { correlationId: draft.stream, ...(cause && { causationId: ids.get(cause)! }) };
    return { id: ids.get(draft)!, ...about, time: new Date(time).toISOString(), data, metadata };
  });
}

/** One JSON object a line, as `projectionist append` reads it. */
export function toLines(events: readonly ShopEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function run(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const file = new URL('shop.events.ndjson', import.meta.url);
  const events = generateShop();
  if (!values.check) {
    writeFileSync(file, toLines(events));
    console.log(`Wrote ${events.length} events to data/shop.events.ndjson.`);
  } else if (readFileSync(file, 'utf8') !== toLines(events)) {
    console.error('Error: data/shop.events.ndjson is not what the generator writes.');
    console.error('Try: node data/generate-shop.ts');
    process.exitCode = 1;
  }
}

if (import.meta.main) run();
