import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents, fn, projection } from '../../../src/index.ts';
import type { Verification } from '../../../src/engine/verify/verification.ts';
import type { Projectionist } from '../../../src/projectionist.ts';
import { accountsProjection, deposited, history, opened, strictAccounts } from '../ledger.ts';
import { appendTo, generationsIn, leaveInterruptedBuild } from '../building.ts';
import { open, type Running, temporaryFolder, withDatabase } from '../stage.ts';

const events = defineEvents({
  opened: { schema: z.object({ owner: z.string() }) },
  paid: { schema: z.object({ amount: z.int() }) },
  noted: { schema: z.object({ text: z.string() }) },
});
const wallets = sqliteTable('wallets', {
  id: text().primaryKey(),
  owner: text().notNull(),
  balance: integer().notNull(),
});
const notes = sqliteTable('notes', { text: text().notNull() });

const definition = projection({
  name: 'wallets',
  events,
  views: { wallets, notes },
  on: {
    opened: (e, db) => db.insert(wallets).values({ id: e.stream, owner: e.data.owner, balance: 0 }),
    paid: (e, db) =>
      db
        .update(wallets)
        .set({ balance: sql`${wallets.balance} + ${e.data.amount}` })
        .where(eq(wallets.id, e.stream)),
    noted: (e, db) => db.insert(notes).values({ text: e.data.text }),
  },
});

/** Three wallets: the last event of wallet-2 is at position 8; position 10 is a note. */
async function wallet(definitions = definition): Promise<Running & { readonly data: string }> {
  const data = temporaryFolder();
  const running = await open(data, { projections: [definitions] });
  for (const id of [1, 2, 3])
    await running.p.log.append(`wallet-${id}`, { type: 'opened', data: { owner: `owner ${id}` } });
  for (const round of [10, 100])
    for (const id of [1, 2, 3])
      await running.p.log.append(`wallet-${id}`, { type: 'paid', data: { amount: round * id } });
  await running.p.log.append('notes', { type: 'noted', data: { text: 'the last' } });
  await running.p.ready();
  return { ...running, data };
}

function tamper(data: string, statement: string, generation = 1): void {
  withDatabase(join(data, `views/wallets-${generation}.db`), (db) => db.exec(statement));
}

const counts = ({ views }: Verification) => views.map(({ view, rows, differing }) => [view, rows, differing]);

test('what nobody has touched is what a second replay gives, and nothing is left behind', async () => {
  const { p, data } = await wallet();
  const outcome = await p.verify('wallets');
  expect(outcome).toMatchObject({ isSame: true, position: 10, generation: 1, difference: null });
  expect(counts(outcome)).toEqual([
    ['wallets', 3, 0],
    ['notes', 1, 0],
  ]);
  expect(readdirSync(join(data, 'scratch'))).toEqual([]);
});

test('an edited row is named, with what it should be and the last event that touched it', async () => {
  const { p, data } = await wallet();
  tamper(data, "UPDATE wallets SET owner = 'somebody' WHERE id = 'wallet-2'");
  const { isSame, difference } = await p.verify('wallets');
  expect(isSame).toBe(false);
  expect(difference).toMatchObject({
    view: 'wallets',
    key: { id: 'wallet-2' },
    kind: 'different',
    columns: [{ column: 'owner', live: 'somebody', replayed: 'owner 2' }],
    cause: 'edited',
    event: { position: 8, stream: 'wallet-2', type: 'paid' },
  });
});

test('a row that lacks an event is named with that event', async () => {
  const { p, data } = await wallet();
  tamper(data, "UPDATE wallets SET balance = 20 WHERE id = 'wallet-2'");
  expect((await p.verify('wallets')).difference).toMatchObject({
    kind: 'different',
    columns: [{ column: 'balance', live: 20, replayed: 220 }],
    cause: 'behind',
    event: { position: 8 },
  });
});

test.each([
  [
    'a missing row',
    "DELETE FROM wallets WHERE id = 'wallet-3'",
    { kind: 'missing', key: { id: 'wallet-3' }, cause: 'behind', event: { position: 3 } },
  ],
  [
    'a row that no event made',
    "INSERT INTO wallets VALUES ('wallet-0', 'nobody', 1)",
    { kind: 'extra', key: { id: 'wallet-0' }, cause: 'edited', event: null },
  ],
  [
    'a row without a key that is doubled',
    'INSERT INTO notes SELECT * FROM notes',
    { view: 'notes', kind: 'extra', key: null },
  ],
  [
    'a row without a key that is gone',
    'DELETE FROM notes',
    { view: 'notes', kind: 'missing', key: null, cause: 'behind', event: { position: 10 } },
  ],
])('%s is found', async (_, statement, difference) => {
  const { p, data } = await wallet();
  tamper(data, statement);
  expect(await p.verify('wallets')).toMatchObject({ isSame: false, difference });
});

test('of several rows the first by key is named, and all are counted', async () => {
  const { p, data } = await wallet();
  tamper(
    data,
    "UPDATE wallets SET balance = 0 WHERE id <> 'wallet-1'; INSERT INTO wallets VALUES ('wallet-9', '', 0)",
  );
  const outcome = await p.verify('wallets');
  expect(outcome.difference?.key).toEqual({ id: 'wallet-2' });
  expect(counts(outcome)[0]).toEqual(['wallets', 4, 3]);
});

test('tables that are not as the program makes them are told, whatever their rows', async () => {
  const { p, data } = await wallet();
  tamper(data, 'ALTER TABLE wallets ADD COLUMN remark TEXT');
  await expect(p.verify('wallets')).rejects.toMatchObject({
    code: 'GENERATION_DAMAGED',
    message: expect.stringContaining('table wallets') as string,
  });
});

/** Answers the same for `good` calls, and then something else each time. */
function moody(good: number) {
  let calls = 0;
  return projection({
    name: 'wallets',
    events,
    views: { wallets },
    on: {
      opened: (e, db) =>
        db.insert(wallets).values({
          id: e.stream,
          owner: fn('moody', (owner: string) => ((calls += 1) > good ? `${owner} ${calls}` : owner))(
            e.data.owner,
          ),
          balance: 0,
        }),
    },
  });
}

test('a function that answers differently is found at the first event of which two replays make something else', async () => {
  const data = temporaryFolder();
  // Generation 1 and the replay make 3 calls each, and so does each of the two replays after it.
  const { p } = await open(data, { projections: [moody(7)] });
  for (const id of [1, 2, 3]) await p.log.append(`wallet-${id}`, { type: 'opened', data: { owner: 'a' } });
  await p.ready();
  expect(await p.verify('wallets')).toMatchObject({ isSame: true });
  expect((await p.verify('wallets')).difference).toMatchObject({
    view: 'wallets',
    key: { id: 'wallet-2' },
    cause: 'nondeterministic',
    event: { position: 1, type: 'opened' },
  });
});

/** A wallet's balance is what the events say; its label and its visits are what a counter says, in views in this order. */
async function labelled(order: 'labels first' | 'visits first' = 'labels first') {
  let calls = 0;
  const next = fn('next', (name: string) => `${name} ${(calls += 1)}`);
  const labels = sqliteTable('labels', {
    id: text().primaryKey(),
    label: text().notNull(),
    balance: integer().notNull(),
  });
  const visits = sqliteTable('visits', { label: text().notNull() });
  return wallet(
    projection({
      name: 'wallets',
      events,
      views: {
        wallets,
        notes,
        ...(order === 'labels first' ? { labels, visits } : { visits, labels }),
      },
      on: {
        opened: (e, db) => [
          db.insert(wallets).values({ id: e.stream, owner: e.data.owner, balance: 0 }),
          db.insert(labels).values({ id: e.stream, label: next(e.data.owner), balance: 0 }),
        ],
        paid: (e, db) =>
          [wallets, labels].map((table) =>
            db
              .update(table)
              .set({ balance: sql`${table.balance} + ${e.data.amount}` })
              .where(eq(table.id, e.stream)),
          ),
        noted: (e, db) => [
          db.insert(notes).values({ text: e.data.text }),
          db.insert(visits).values({ label: next('visit') }),
        ],
      },
    }),
  );
}

test.each([
  [
    'a row that lacks an event',
    "UPDATE wallets SET balance = 20 WHERE id = 'wallet-2'",
    { view: 'wallets', cause: 'behind', event: { position: 8 } },
  ],
  [
    'an edited row',
    "UPDATE wallets SET owner = 'somebody' WHERE id = 'wallet-2'",
    { view: 'wallets', cause: 'unexplained', event: { position: 8 } },
  ],
  [
    'a row that no event made',
    "INSERT INTO wallets VALUES ('wallet-0', 'nobody', 1)",
    { view: 'wallets', kind: 'extra', cause: 'unexplained', event: null },
  ],
  [
    'a row without a key that is gone',
    'DELETE FROM notes',
    { view: 'notes', cause: 'behind', event: { position: 10 } },
  ],
  [
    'a row that lacks an event in one column and has a function in another',
    "UPDATE labels SET balance = 10 WHERE id = 'wallet-1'",
    { view: 'labels', cause: 'behind', event: { position: 7 } },
  ],
  [
    'a row that a function has made differ, and nothing else',
    'SELECT 1',
    { view: 'labels', cause: 'nondeterministic', event: { position: 1 } },
  ],
])('%s is told beside a function that answers differently each time', async (_, statement, difference) => {
  const { p, data } = await labelled();
  tamper(data, statement);
  expect((await p.verify('wallets')).difference).toMatchObject({
    ...difference,
    parting: { position: 1, type: 'opened' },
  });
});

test('a row without a key that a function has made differ is told so, with the first event of its view that does', async () => {
  const { p } = await labelled('visits first');
  expect((await p.verify('wallets')).difference).toMatchObject({
    view: 'visits',
    key: null,
    cause: 'nondeterministic',
    event: { position: 10, type: 'noted' },
    parting: { position: 1, type: 'opened' },
  });
});

test('a generation that a second replay does not give never becomes live, and its error names row and position', async () => {
  const data = temporaryFolder();
  const { p, notices } = await open(data, { projections: [moody(4)] });
  for (const id of [1, 2]) await p.log.append(`wallet-${id}`, { type: 'opened', data: { owner: 'a' } });
  await p.ready();
  await expect(p.rebuild('wallets', { verify: true })).rejects.toMatchObject({
    code: 'VERIFICATION_FAILED',
    evidence: { projection: 'wallets', position: 1, eventType: 'opened', row: '{"id":"wallet-1"}' },
  });
  expect(generationsIn(data, 'wallets')).toEqual(['1 live', '2 failed']);
  expect(notices.of('verifying')).toMatchObject([{ generation: 2 }]);
  expect(p.status()[0]).toMatchObject({ lastError: { code: 'VERIFICATION_FAILED' } });
  // What is logged names no row.
  expect(notices.of('stopped')[0]?.error.message).not.toContain('wallet-1');
});

test('a generation that a second replay gives becomes live, while events go on coming', async () => {
  const { p, data } = await wallet();
  const rebuilt = p.rebuild('wallets', { verify: true });
  for (let amount = 1; amount <= 50; amount += 1)
    await p.log.append('wallet-1', { type: 'paid', data: { amount } });
  expect(await rebuilt).toBe(2);
  await p.ready();
  expect(generationsIn(data, 'wallets')).toEqual(['1 retired', '2 live']);
  expect(await balanceOf(p, 'wallet-1')).toBe(110 + (50 * 51) / 2);
  expect(await p.verify('wallets')).toMatchObject({ isSame: true, generation: 2, position: 60 });
});

async function balanceOf(p: Projectionist, id: string): Promise<unknown> {
  const [row] = (await (await p.app.request(`/views/wallets?id=eq.${id}`)).json()) as { balance: number }[];
  return row?.balance;
}

test('the projector goes on while it is verified', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [accountsProjection()] });
  await p.log.appendAll(history(200, 20));
  await p.ready();
  const verifying = { isOver: false };
  const verified = p.verify('accounts').finally(() => {
    verifying.isOver = true;
  });
  let count = 0;
  do {
    count += 1;
    await p.log.append(`while ${count}`, { type: 'account.opened', data: { owner: 'somebody' } });
    await p.waitFor('accounts', p.log.head());
  } while (!verifying.isOver);
  expect(await verified).toMatchObject({ isSame: true });
});

test('events that were left out by decision are left out of the replay too', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [strictAccounts('park')] });
  await p.log.appendAll([deposited('early', 5), opened('a'), deposited('a', 1)]);
  await p.ready();
  expect(await p.verify('accounts')).toMatchObject({ isSame: true });
  await p.discard('accounts', 'early', 'came before its account');
  await p.log.appendAll([opened('early'), deposited('early', 7)]);
  await p.ready();
  expect(await p.verify('accounts')).toMatchObject({ isSame: true, views: [{ rows: 2, differing: 0 }] });
});

test('a build that must be verified still must after a kill', async () => {
  const data = temporaryFolder();
  await appendTo(data, history(10, 3));
  await leaveInterruptedBuild(data, accountsProjection(), 7, { mustVerify: true });
  const { p, notices } = await open(data, { projections: [accountsProjection()] });
  await p.ready();
  expect(notices.all.map(({ kind }) => kind)).toEqual(['build-started', 'verifying', 'went-live']);
  expect(generationsIn(data)).toEqual(['1 live']);
});
