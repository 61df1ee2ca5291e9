import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendTo, generationsIn, leaveInterruptedBuild } from './building.ts';
import { accountsProjection, deposited, history, localAccounts, opened, strictAccounts } from './ledger.ts';
import { contentsOf, open, rowsOf, statusOf, temporaryFolder } from './stage.ts';

test('a new projection is built from the log, and then follows it', async () => {
  const { p, notices } = await open(temporaryFolder());
  await p.log.appendAll(history(10, 10));
  await p.ready();
  expect(notices.of('build-started')).toMatchObject([{ generation: 1, reasons: ['new'], from: 0 }]);
  expect(await rowsOf(p, 'accounts', 'id=eq.account-3')).toMatchObject([{ balance: 55 }]);
  const { position } = await p.log.append('account-3', { type: 'account.deposited', data: { amount: 45 } });
  await p.waitFor('accounts', position);
  expect(await rowsOf(p, 'accounts', 'id=eq.account-3')).toMatchObject([
    { balance: 100, last_position: 111 },
  ]);
  expect(statusOf(p)).toMatchObject({
    state: 'live',
    generation: 1,
    position: 111,
    lag: 0,
    error: null,
    build: null,
  });
});

test.each([
  ['in a thread', accountsProjection],
  ["on the caller's thread", localAccounts],
])('an unchanged definition goes on from its checkpoint %s, and builds nothing', async (_, definition) => {
  const data = temporaryFolder();
  const first = await open(data, { projections: [definition()] });
  await first.p.log.appendAll(history(5, 3));
  await first.p.ready();
  await first.p.close();
  const { p, notices } = await open(data, { projections: [definition()] });
  expect(await notices.until('resumed')).toMatchObject({ generation: 1, position: 20 });
  await p.log.appendAll([deposited('account-0', 1)]);
  await p.ready();
  expect(notices.of('build-started')).toEqual([]);
  expect(statusOf(p)).toMatchObject({ generation: 1, position: 21 });
});

test('a changed definition is built beside the live generation, which answers until then', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll(history(5, 2));
  await first.p.ready();
  await first.p.close();
  const { p, notices } = await open(data, { projections: [accountsProjection(10)] });
  // Nothing has been awaited since the start: this is the old generation.
  const answer = await p.app.request('/views/accounts?id=eq.account-0');
  expect(answer.headers.get('Projection-Generation')).toBe('accounts-1');
  expect(await answer.json()).toMatchObject([{ balance: 3 }]);
  await notices.until('went-live');
  expect(notices.of('build-started')).toMatchObject([
    { generation: 2, reasons: ['handler account.deposited changed'] },
  ]);
  expect(await rowsOf(p, 'accounts', 'id=eq.account-0')).toMatchObject([{ balance: 30 }]);
  expect(generationsIn(data)).toEqual(['1 retired', '2 live']);
});

test('a rebuild gives the same rows, byte for byte, under the next number', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(10, 10));
  await p.ready();
  expect(await p.rebuild('accounts')).toBe(2);
  expect(contentsOf(join(data, 'views/accounts-2.db'))).toBe(contentsOf(join(data, 'views/accounts-1.db')));
});

test('a rebuild that is asked for while one is under way is that one', async () => {
  const { p, notices } = await open(temporaryFolder());
  await p.log.appendAll(history(5, 5));
  await p.ready();
  expect(await Promise.all([p.rebuild('accounts'), p.rebuild('accounts'), p.rebuild('accounts')])).toEqual([
    2, 2, 2,
  ]);
  expect(notices.of('went-live').map(({ generation }) => generation)).toEqual([1, 2]);
});

test('one earlier generation is kept, and no number is given twice', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(3, 3));
  await p.ready();
  for (const number of [2, 3, 4]) expect(await p.rebuild('accounts')).toBe(number);
  expect(generationsIn(data)).toEqual(['3 retired', '4 live']);
  const files = readdirSync(join(data, 'views')).filter((file) => file.endsWith('.db'));
  expect(files.toSorted()).toEqual(['accounts-3.db', 'accounts-4.db']);
});

test('a rollback answers from the generation before, brought up to date', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll([opened('a'), deposited('a', 1)]);
  await first.p.ready();
  await first.p.close();
  const { p, notices } = await open(data, { projections: [accountsProjection(10)] });
  await notices.until('went-live');
  await p.log.appendAll([deposited('a', 2)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 30 }]);
  expect(await p.rollback('accounts')).toBe(1);
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 3 }]);
  await p.log.appendAll([deposited('a', 4)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 7 }]);
  expect(statusOf(p)).toMatchObject({ state: 'live', generation: 1, isRolledBack: true });
});

test('a rollback outlives a restart, until the definition changes', async () => {
  const data = await rolledBackFolder();
  const again = await open(data, { projections: [accountsProjection(10)] });
  expect(await again.notices.until('kept')).toMatchObject({ generation: 1 });
  expect(statusOf(again.p).isRolledBack).toBe(true);
  await again.p.close();
  const changed = await open(data, { projections: [accountsProjection(100)] });
  expect(await changed.notices.until('went-live')).toMatchObject({ generation: 3 });
  expect(statusOf(changed.p).isRolledBack).toBe(false);
  await changed.p.close();
  // It was rolled back from ×10 while that was the definition; now that is a change like any other.
  const back = await open(data, { projections: [accountsProjection(10)] });
  expect(await back.notices.until('went-live')).toMatchObject({ generation: 4 });
});

test('a rollback ends when a rebuild is asked for', async () => {
  const data = await rolledBackFolder();
  const { p } = await open(data, { projections: [accountsProjection(10)] });
  expect(await p.rebuild('accounts')).toBe(3);
  expect(statusOf(p)).toMatchObject({ generation: 3, isRolledBack: false });
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 10 }]);
});

/** Built as ×1, then as ×10, then rolled back to ×1. */
async function rolledBackFolder(): Promise<string> {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll([opened('a'), deposited('a', 1)]);
  await first.p.ready();
  await first.p.close();
  const second = await open(data, { projections: [accountsProjection(10)] });
  await second.notices.until('went-live');
  await second.p.rollback('accounts');
  await second.p.close();
  return data;
}

test('without an earlier generation there is nothing to roll back to', async () => {
  const { p } = await open(temporaryFolder());
  await p.ready();
  await expect(p.rollback('accounts')).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' });
});

test('a rollback that is given up loses nothing', async () => {
  const data = temporaryFolder();
  const { p, notices } = await open(data);
  await p.log.appendAll(history(3, 3));
  await p.ready();
  await p.rebuild('accounts');
  const rollingBack = p.rollback('accounts');
  // It has opened its file, and is not yet live again.
  await notices.until('build-started', 3);
  const [rollback, rebuild] = await Promise.allSettled([rollingBack, p.rebuild('accounts')]);
  expect(rollback).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } });
  expect(rebuild).toMatchObject({ status: 'fulfilled', value: 3 });
  expect(generationsIn(data)).toEqual(['2 retired', '3 live']);
  expect(await p.rollback('accounts')).toBe(2);
});

test('a build that cannot go on leaves the live generation as it is, and is told', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll([opened('a'), deposited('a', 1), deposited('nobody', 2), deposited('a', 4)]);
  await first.p.ready();
  await first.p.close();
  const { p, notices } = await open(data, { projections: [strictAccounts()] });
  const { error } = await notices.until('stopped');
  expect(error).toMatchObject({ code: 'APPLY_FAILED', evidence: { position: 3, stream: 'nobody' } });
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 5 }]);
  await p.log.appendAll([deposited('a', 8)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts')).toMatchObject([{ balance: 13 }]);
  expect(statusOf(p)).toMatchObject({
    state: 'live',
    generation: 1,
    error: { code: 'APPLY_FAILED' },
    build: null,
  });
  await expect(p.rebuild('accounts')).rejects.toMatchObject({ code: 'APPLY_FAILED' });
  await p.close();
  expect(generationsIn(data)).toEqual(['1 live', '3 failed']);
  expect(readdirSync(join(data, 'views')).filter((file) => file.endsWith('.db'))).toEqual(['accounts-1.db']);
});

test('an interrupted build goes on from its own checkpoint', async () => {
  const data = temporaryFolder();
  await appendTo(data, history(10, 10));
  await leaveInterruptedBuild(data, accountsProjection(), 60);
  const { p, notices } = await open(data);
  expect(await notices.until('build-started')).toMatchObject({ generation: 1, from: 60 });
  expect(await notices.until('went-live')).toMatchObject({ generation: 1, position: 110 });
  expect(await rowsOf(p, 'accounts', 'id=eq.account-9')).toMatchObject([{ balance: 55 }]);
});

test.each([
  ['was begun before the machine was started again', accountsProjection(), 'another boot'],
  ['is of another definition than the present one', accountsProjection(10), undefined],
])('an interrupted build that %s starts over', async (_, definition, boot) => {
  const data = temporaryFolder();
  await appendTo(data, history(10, 10));
  await leaveInterruptedBuild(data, definition, 60, { boot });
  const { p, notices } = await open(data);
  expect(await notices.until('build-started')).toMatchObject({ generation: 2, from: 0 });
  await p.ready();
  expect(await rowsOf(p, 'accounts', 'id=eq.account-9')).toMatchObject([{ balance: 55 }]);
  expect(generationsIn(data)).toEqual(['2 live']);
});

test('a build that is closed in the middle goes on at the next start', async () => {
  const data = temporaryFolder();
  await appendTo(data, history(1000, 10));
  const second = await open(data, { projections: [localAccounts()] });
  // On the caller's own thread the build advances only while we wait.
  while ((statusOf(second.p).build?.position ?? 0) === 0)
    await new Promise((resolve) => setImmediate(resolve));
  await second.p.close();
  expect(statusOf(second.p).build).toBeNull();
  const third = await open(data, { projections: [localAccounts()] });
  const { from } = await third.notices.until('build-started');
  expect(from).toBeGreaterThan(0);
  expect(from).toBeLessThan(11_000);
  await third.p.ready();
  expect(await rowsOf(third.p, 'accounts', 'id=eq.account-7')).toMatchObject([{ balance: 110 }]);
});

test('files that no generation owns are deleted at the start, and others are left alone', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.ready();
  await first.p.close();
  const leftovers = ['accounts-7.db', 'accounts-7.db-wal', 'gone-1.db', 'gone-2.db-shm'];
  for (const file of [...leftovers, 'my-export.db', 'notes.txt'])
    writeFileSync(join(data, 'views', file), '');
  const { p } = await open(data);
  await p.ready();
  const files = readdirSync(join(data, 'views')).filter((file) => !file.startsWith('accounts-1.db'));
  expect(files.toSorted()).toEqual(['my-export.db', 'notes.txt']);
});
