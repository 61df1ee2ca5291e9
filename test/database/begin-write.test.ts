import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { beginWrite } from '../../src/database/begin-write.ts';
import { openDatabase, type SqliteDatabase } from '../../src/database/open.ts';
import { temporaryFolder } from '../event-log/support.ts';

function twoConnections(): [SqliteDatabase, SqliteDatabase] {
  const path = join(temporaryFolder(), 'test.db');
  const open = () => openDatabase(path, { purpose: 'durable', busyTimeout: 0 });
  const both: [SqliteDatabase, SqliteDatabase] = [open(), open()];
  onTestFinished(() => both.forEach((db) => db.close()));
  return both;
}

test('beginWrite gets the lock as soon as its holder lets go', async () => {
  const [holder, waiter] = twoConnections();
  holder.exec('BEGIN IMMEDIATE');
  const begun = beginWrite(waiter, 30_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(waiter.inTransaction).toBe(false);
  holder.exec('COMMIT');
  await begun;
  expect(waiter.inTransaction).toBe(true);
});

test('beginWrite fails as SQLite does when its patience is over', async () => {
  const [holder, waiter] = twoConnections();
  holder.exec('BEGIN IMMEDIATE');
  await expect(beginWrite(waiter, 5)).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
});

test('beginWrite does not wait where the error is another', async () => {
  const [holder] = twoConnections();
  holder.exec('BEGIN IMMEDIATE');
  await expect(beginWrite(holder, 30_000)).rejects.toThrow('within a transaction');
});
