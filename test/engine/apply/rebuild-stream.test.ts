import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { projection } from '../../../src/projection/define.ts';
import { accountsProjection, deposited, events, history, opened, strictAccounts } from '../ledger.ts';
import { contentsOf, open, rowsOf, temporaryFolder, withDatabase } from '../stage.ts';

function tamper(data: string, sql: string): void {
  withDatabase(join(data, 'views/accounts-1.db'), (db) => db.exec(sql));
}

const rowsIn = (data: string): unknown =>
  withDatabase(join(data, 'views/accounts-1.db'), (db) =>
    db.prepare('SELECT * FROM accounts ORDER BY id').all(),
  );

test('what one stream contributed is derived again, in place, and nothing else is touched', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(5, 3));
  await p.ready();
  const before = rowsIn(data);
  const tag = async () => (await p.app.request('/views/accounts')).headers.get('ETag');
  const first = await tag();
  tamper(data, "UPDATE accounts SET owner = 'x', balance = 7 WHERE id = 'account-2'");
  expect(await p.rebuildStream('accounts', 'account-2')).toBe(4);
  expect(rowsIn(data)).toEqual(before);
  expect(p.status()[0]?.generation).toBe(1);
  // Whoever keeps an answer from before must ask again.
  expect(await tag()).not.toBe(first);
  tamper(data, "UPDATE accounts SET owner = 'x' WHERE id = 'account-1'");
  await p.rebuildStream('accounts', 'account-2');
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ owner: 'x' }]);
});

test('a row that is gone comes back, one that no event made goes, and the projector goes on', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll([
    opened('a'),
    deposited('a', 5),
    opened('b'),
    { ...opened('c'), type: 'account.opened' },
  ]);
  await p.log.append('c', { type: 'account.closed', data: {} });
  await p.ready();
  const before = contentsOf(join(data, 'views/accounts-1.db'));
  tamper(data, "DELETE FROM accounts WHERE id = 'a'; INSERT INTO accounts VALUES ('c', 'nobody', 1, 1)");
  await p.rebuildStream('accounts', 'a');
  await p.rebuildStream('accounts', 'c');
  expect(rowsIn(data)).toMatchObject([{ id: 'a', balance: 5 }, { id: 'b' }]);
  expect(contentsOf(join(data, 'views/accounts-1.db'))).not.toBe(before);
  await p.log.appendAll([deposited('a', 10)]);
  await p.ready();
  expect(await p.verify('accounts')).toMatchObject({ isSame: true });
  // It is no decision about dead letters, and later builds go through it without another result.
  expect(p.deadLetters('accounts').decisions).toEqual([]);
  expect(await p.rebuild('accounts', { verify: true })).toBe(2);
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ id: 'a', balance: 15 }, { id: 'b' }]);
});

test('events that were left out stay left out', async () => {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [strictAccounts('park')] });
  await p.log.appendAll([deposited('a', 100), opened('a'), deposited('b', 100), opened('b')]);
  await p.ready();
  await p.discard('accounts', 'a', 'too early');
  expect(await p.rebuildStream('accounts', 'a')).toBe(1);
  // All of it is parked.
  expect(await p.rebuildStream('accounts', 'b')).toBe(0);
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ id: 'a', balance: 0 }]);
  expect(p.deadLetters('accounts').parked).toMatchObject([{ partition: 'b', waiting: 2 }]);
});

test('a stream that was never seen is told', async () => {
  const { p } = await open(temporaryFolder());
  await p.log.appendAll([opened('a')]);
  await p.ready();
  await expect(p.rebuildStream('accounts', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

const owners = sqliteTable('owners', { name: text().primaryKey(), last: text() });
const accountsAndOwners = projection({
  name: 'owners',
  events,
  views: { owners },
  on: {
    'account.opened': (e, db) =>
      db.insert(owners).values({ name: e.data.owner, last: e.stream }).onConflictDoNothing(),
    'account.closed': (e, db) => db.delete(owners).where(eq(owners.last, e.stream)),
  },
});

test('where it cannot be known what a stream contributed, that is refused with the reason', async () => {
  const { p } = await open(temporaryFolder(), { projections: [accountsAndOwners] });
  await p.log.appendAll([opened('a')]);
  await p.ready();
  await expect(p.rebuildStream('owners', 'a')).rejects.toMatchObject({
    code: 'OPERATION_REFUSED',
    message:
      "What one stream contributed to owners cannot be known: no column of owners's key (name) is e.stream in every row that account.opened inserts",
  });
  expect(await rowsOf(p, 'owners')).toEqual([{ name: 'owner of a', last: 'a' }]);
});

test('a paused projection is left alone', async () => {
  const { p } = await open(temporaryFolder(), { projections: [accountsProjection()] });
  await p.log.appendAll([opened('a')]);
  await p.ready();
  await p.pause('accounts');
  await expect(p.rebuildStream('accounts', 'a')).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
});
