import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, must, projection } from 'projectionist';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { deposited, history, opened, strictAccounts } from './ledger.ts';
import { contentsOf, open, rowsOf, statusOf, temporaryFolder, withDatabase } from './stage.ts';

const lenient = { projections: [strictAccounts('park')] };

test('an event that cannot be applied is parked with its stream, and everything else goes on', async () => {
  const { p, notices } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([opened('a'), deposited('b', 1), deposited('a', 2), opened('b'), deposited('a', 4)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ id: 'a', balance: 6 }]);
  expect(statusOf(p)).toMatchObject({ position: 5, lag: 0 });
  const { parked } = p.deadLetters('accounts');
  expect(parked).toMatchObject([
    {
      partition: 'b',
      position: 2,
      stream: 'b',
      type: 'account.deposited',
      waiting: 2,
      attempts: 1,
      error: { code: 'APPLY_FAILED', message: expect.stringContaining('changed no row') },
    },
  ]);
  expect(parked[0]?.statement).toContain('update "accounts"');
  expect(await notices.until('parked')).toMatchObject({ partition: 'b', position: 2 });
});

test('later events of a parked stream wait behind it, live and over a restart', async () => {
  const data = temporaryFolder();
  const first = await open(data, lenient);
  await first.p.log.appendAll([opened('a'), deposited('b', 1)]);
  await first.p.ready();
  await first.p.log.appendAll([deposited('b', 1), deposited('a', 1)]);
  await first.p.ready();
  await first.p.close();
  const { p } = await open(data, lenient);
  await p.log.appendAll([opened('b'), deposited('a', 1)]);
  await p.ready();
  expect(p.deadLetters('accounts').parked).toMatchObject([{ partition: 'b', waiting: 3 }]);
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ id: 'a', balance: 2 }]);
});

test('a generation that becomes live, or goes on, says how many streams it leaves out', async () => {
  const data = temporaryFolder();
  const first = await open(data, lenient);
  expect(await first.notices.until('went-live')).toMatchObject({ parked: 0 });
  await first.p.log.appendAll([opened('a'), deposited('b', 1)]);
  await first.p.ready();
  await first.p.rebuild('accounts');
  expect(await first.notices.until('went-live', 2)).toMatchObject({ parked: 1 });
  await first.p.close();
  const { notices } = await open(data, lenient);
  expect(await notices.until('resumed')).toMatchObject({ parked: 1 });
});

test('where a row refers to one that is not there, the foreign keys that may be meant are named', async () => {
  const events = defineEvents({
    'owner.came': { schema: z.object({}) },
    'pet.came': { schema: z.object({ owner: z.string() }) },
  });
  const owners = sqliteTable('owners', { id: text().primaryKey() });
  const owner = text('owner_id').references(() => owners.id);
  const pets = sqliteTable('pets', { id: text().primaryKey(), owner });
  const clinic = projection({
    name: 'clinic',
    events,
    views: { owners, pets },
    on: {
      'owner.came': (e, db) => db.insert(owners).values({ id: e.stream }),
      'pet.came': (e, db) => db.insert(pets).values({ id: e.stream, owner: e.data.owner }),
    },
  });
  const { p } = await open(temporaryFolder(), { projections: [clinic] });
  await p.log.appendAll([{ stream: 'rex', type: 'pet.came', data: { owner: 'ann' } }]);
  await p.ready();
  expect(p.deadLetters('clinic').parked[0]?.error.hint).toContain('(pets.owner_id to owners)');
  await p.log.appendAll([{ stream: 'ann', type: 'owner.came', data: {} }]);
  await p.ready();
  expect(await p.retry('clinic', 'rex')).toMatchObject({ applied: 1, error: null });
});

test('a retry that fails again changes nothing but the count of attempts', async () => {
  const { p } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([deposited('b', 1), deposited('b', 2)]);
  await p.ready();
  expect(await p.retry('accounts', 'b')).toMatchObject({
    applied: 0,
    waiting: 2,
    error: { code: 'APPLY_FAILED' },
  });
  expect(p.deadLetters('accounts')).toMatchObject({
    parked: [{ partition: 'b', attempts: 2, waiting: 2 }],
    decisions: [],
  });
});

test('what is discarded is left out, and what waited behind it is applied, in order', async () => {
  const { p } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([deposited('b', 1), opened('b'), deposited('b', 2), deposited('b', 4)]);
  await p.ready();
  const outcome = await p.discard('accounts', 'b', 'typed twice', 'ada');
  expect(outcome).toEqual({ partition: 'b', applied: 3, waiting: 0, error: null });
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ id: 'b', balance: 6 }]);
  expect(p.deadLetters('accounts')).toMatchObject({
    parked: [],
    decisions: [{ id: 1, kind: 'discard', partition: 'b', position: 4, reason: 'typed twice', by: 'ada' }],
  });
  await p.log.appendAll([deposited('b', 8)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 14 }]);
});

test('a discard stops at the next event that cannot be applied', async () => {
  const { p } = await open(temporaryFolder(), lenient);
  const events = [deposited('b', 1), deposited('b', 2), opened('b'), deposited('b', 4)];
  await p.log.appendAll(events);
  await p.ready();
  expect(await p.discard('accounts', 'b', 'one')).toMatchObject({ applied: 0, waiting: 3 });
  expect(p.deadLetters('accounts').parked).toMatchObject([{ position: 2, waiting: 3, attempts: 2 }]);
  expect(await p.discard('accounts', 'b', 'two')).toMatchObject({ applied: 2, waiting: 0, error: null });
});

test.each([
  ['no reason', 'b', ' ', 'REASON_MISSING'],
  ['a stream that is not parked', 'a', 'why not', 'NOT_PARKED'],
])('a discard with %s is refused', async (_, partition, reason, code) => {
  const { p } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([opened('a'), deposited('b', 1)]);
  await p.ready();
  await expect(p.discard('accounts', partition, reason)).rejects.toMatchObject({ code });
  expect(p.deadLetters('accounts').parked).toHaveLength(1);
});

test('a paused projection decides nothing until it is resumed', async () => {
  const { p } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([deposited('b', 1), opened('b')]);
  await p.ready();
  await p.operate('accounts', 'pause', { reason: 'moving house' });
  const refused = { code: 'PROJECTION_PAUSED', message: expect.stringContaining('moving house') };
  await expect(p.discard('accounts', 'b', 'too early')).rejects.toMatchObject(refused);
  await p.operate('accounts', 'resume');
  expect(await p.discard('accounts', 'b', 'too early')).toMatchObject({ applied: 1, error: null });
});

test('a reset builds without the decisions', async () => {
  const { p } = await open(temporaryFolder(), lenient);
  await p.log.appendAll([deposited('b', 1), opened('b')]);
  await p.ready();
  await p.discard('accounts', 'b', 'too early');
  await p.operate('accounts', 'reset');
  expect(p.deadLetters('accounts')).toMatchObject({
    parked: [{ partition: 'b', waiting: 2 }],
    decisions: [],
  });
  expect(await p.discard('accounts', 'b', 'again')).toMatchObject({ applied: 1, error: null });
});

test('a rebuild goes through the same decisions, and comes to the same contents', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, lenient);
  await p.log.appendAll([...history(5, 3), deposited('b', 1), opened('b'), deposited('c', 1)]);
  await p.ready();
  await p.discard('accounts', 'b', 'first');
  await p.log.appendAll([deposited('b', 5), deposited('c', 1), opened('c'), ...history(3, 1).slice(3)]);
  await p.ready();
  await p.discard('accounts', 'c', 'second');
  const before = contentsOf(join(data, 'views/accounts-1.db'));
  expect(await p.rebuild('accounts')).toBe(2);
  expect(contentsOf(join(data, 'views/accounts-2.db'))).toBe(before);
  expect(p.deadLetters('accounts').parked).toMatchObject([{ partition: 'c', position: 25 }]);
});

test('a decision that is under way when its projection is paused is made, answered and kept', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, lenient);
  await p.log.appendAll([deposited('b', 1), deposited('c', 1)]);
  await p.ready();
  const decided = p.discard('accounts', 'b', 'first');
  // It is with the thread by then.
  await new Promise((resolve) => setImmediate(resolve));
  await p.pause('accounts');
  expect(await decided).toMatchObject({ partition: 'b', waiting: 0 });
  await p.resume('accounts');
  await p.waitFor('accounts', 2);
  expect(await p.discard('accounts', 'c', 'second')).toMatchObject({ partition: 'c', waiting: 0 });
  expect(p.deadLetters('accounts').decisions.map(({ id, partition }) => [id, partition])).toEqual([
    [1, 'b'],
    [2, 'c'],
  ]);
});

/** A decision as a thread leaves it that ends before it can tell of it: in the generation's file alone. */
function decideUnheard(path: string, id: number, partition: string): void {
  withDatabase(path, (db) => {
    const decision = { id, kind: 'discard', partition, position: 1, eventPosition: 1, eventId: 'x' };
    db.prepare('INSERT INTO projectionist_decisions VALUES (?, ?)').run(id, JSON.stringify(decision));
    db.prepare('UPDATE projectionist_checkpoint SET revision = ?').run(id);
  });
}

test('a decision that nobody was told of is found in the file, and keeps its number', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, lenient);
  await p.log.appendAll([opened('a'), deposited('b', 1)]);
  await p.ready();
  await p.pause('accounts');
  decideUnheard(join(data, 'views/accounts-1.db'), 1, 'gone');
  await p.resume('accounts');
  await p.waitFor('accounts', 2);
  await p.discard('accounts', 'b', 'second');
  expect(p.deadLetters('accounts').decisions).toMatchObject([{ partition: 'gone' }, { partition: 'b' }]);
});

test('no rollback goes to a generation that went through a decision of its own', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, lenient);
  await p.log.appendAll([opened('a'), deposited('b', 1)]);
  await p.ready();
  await p.rebuild('accounts');
  decideUnheard(join(data, 'views/accounts-1.db'), 1, 'b');
  await expect(p.rollback('accounts')).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
});

const orders = sqliteTable('orders', { id: text().primaryKey(), customer: text().notNull() });
const wallets = sqliteTable('wallets', { customer: text().primaryKey(), spent: integer().notNull() });
const shop = defineEvents({
  'wallet.opened': { schema: z.object({ customer: z.string() }) },
  'order.placed': { schema: z.object({ customer: z.string().optional(), price: z.int() }) },
});

/** Orders are streams of their own, and belong to a customer's wallet. */
function byCustomer(parkLimit?: number) {
  return projection({
    name: 'shop',
    events: shop,
    views: { orders, wallets },
    partitionBy: (e) => e.data.customer,
    ...(parkLimit !== undefined && { parkLimit }),
    on: {
      'wallet.opened': (e, db) => db.insert(wallets).values({ customer: e.data.customer, spent: 0 }),
      'order.placed': (e, db) => [
        db.insert(orders).values({ id: e.stream, customer: e.data.customer }),
        must(
          db
            .update(wallets)
            .set({ spent: sql`${wallets.spent} + ${e.data.price}` })
            .where(eq(wallets.customer, e.data.customer)),
        ),
      ],
    },
  });
}
const wallet = (customer: string) => ({ stream: `w-${customer}`, type: 'wallet.opened', data: { customer } });
const order = (id: string, customer: string | undefined, price = 1) => ({
  stream: id,
  type: 'order.placed',
  data: { customer, price },
});

test('partitionBy parks by another key than the stream', async () => {
  const { p } = await open(temporaryFolder(), { projections: [byCustomer()] });
  await p.log.appendAll([wallet('x'), order('1', 'y'), order('2', 'x'), order('3', 'y'), wallet('y')]);
  await p.ready();
  expect(await rowsOf(p, 'orders')).toMatchObject([{ id: '2' }]);
  const { parked } = p.deadLetters('shop');
  expect(parked).toMatchObject([{ partition: 'y', waiting: 3, stream: '1' }]);
  expect(parked[0]?.statement).toContain('wallets');
});

test('an event without the key goes by its stream, and is not lost', async () => {
  const { p } = await open(temporaryFolder(), { projections: [byCustomer()] });
  await p.log.appendAll([wallet('x'), order('1', undefined), order('1', undefined), order('2', 'x')]);
  await p.ready();
  expect(p.deadLetters('shop').parked).toMatchObject([{ partition: '1', waiting: 2 }]);
  expect(await rowsOf(p, 'orders')).toMatchObject([{ id: '2' }]);
});

test('a projection that parks more than its limit stops itself, and says so', async () => {
  const { p, notices } = await open(temporaryFolder(), { projections: [byCustomer(0.3)] });
  const customers = Array.from({ length: 20 }, (_, index) => `c${index}`);
  await p.log.appendAll([...customers.map((name) => wallet(name)), wallet('last')]);
  await p.ready();
  const fine = customers.slice(0, 9).map((name, index) => order(`fine-${index}`, name));
  await p.log.appendAll([...fine, ...customers.map((_, index) => order(`bad-${index}`, `unknown-${index}`))]);
  const { error } = await notices.until('stopped');
  expect(error).toMatchObject({ code: 'PARK_LIMIT', evidence: { projection: 'shop' } });
  expect(statusOf(p, 'shop').state).toBe('stopped');
  const { parked } = p.deadLetters('shop');
  expect(parked.length).toBeGreaterThan(10);
  expect(parked.length).toBeLessThan(20);
});
