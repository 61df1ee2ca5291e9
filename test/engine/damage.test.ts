import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { deleteGeneration } from '../../src/engine/generations/generation-file.ts';
import { appendTo, generationsIn, leaveInterruptedBuild } from './building.ts';
import { accountsProjection, deposited, history, noted, notesProjection, opened } from './ledger.ts';
import { open, rowsOf, statusOf, temporaryFolder, withDatabase } from './stage.ts';

const FIRST = 'views/accounts-1.db';

/** A folder that was run up to its head and closed. */
async function closedFolder(): Promise<string> {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(50, 10));
  await p.ready();
  await p.close();
  // All of it in the one file: nothing is left in a write-ahead log that could mend what a test breaks.
  withDatabase(join(data, FIRST), (db) => db.pragma('wal_checkpoint(TRUNCATE)'));
  return data;
}

test.each<[string, (path: string) => void]>([
  ['deleted', (path) => rmSync(path)],
  ['cut in half', (path) => truncateSync(path, 8192)],
  ['emptied', (path) => truncateSync(path, 0)],
  ['overwritten with something else', (path) => writeFileSync(path, 'not a database at all'.repeat(1000))],
  [
    'without its checkpoint',
    (path) => withDatabase(path, (db) => db.exec('DELETE FROM projectionist_checkpoint')),
  ],
  ['another database', (path) => withDatabase(path, (db) => db.exec('DROP TABLE projectionist_checkpoint'))],
])('a view file that was %s is built again at the start', async (_, harm) => {
  const data = await closedFolder();
  harm(join(data, FIRST));
  const { p, notices } = await open(data);
  expect(await notices.until('build-started')).toMatchObject({
    generation: 2,
    reasons: [`the file ${FIRST} is missing or damaged`],
  });
  await p.ready();
  expect(await rowsOf(p, 'accounts', 'id=eq.account-7')).toMatchObject([{ balance: 55 }]);
  expect(generationsIn(data)).toEqual(['2 live']);
});

test('a view file that vanishes while it is live is built again, and queries never notice', async () => {
  const data = temporaryFolder();
  const { p, notices } = await open(data);
  await p.log.appendAll(history(5, 5));
  await p.ready();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, FIRST) + suffix, { force: true });
  expect(await rowsOf(p, 'accounts')).toHaveLength(5);
  expect(await notices.until('went-live', 2)).toMatchObject({ generation: 2 });
  await p.log.appendAll([deposited('account-1', 5)]);
  await p.ready();
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 20 }]);
  expect(existsSync(join(data, 'views/accounts-2.db'))).toBe(true);
});

test('a view file that is damaged while it is live is built again', async () => {
  const data = await closedFolder();
  const { p, notices } = await open(data);
  await notices.until('resumed');
  // Behind the back of the connections that have it open.
  writeFileSync(join(data, FIRST), Buffer.alloc(100_000, 0xff));
  await p.log.appendAll([deposited('account-1', 5)]);
  const [{ error }, { generation }] = await Promise.all([
    notices.until('stopped'),
    notices.until('went-live'),
  ]);
  expect(error.code).toBe('GENERATION_DAMAGED');
  expect(generation).toBe(2);
  await p.ready();
  expect(await rowsOf(p, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 60 }]);
  expect(statusOf(p)).toMatchObject({ state: 'live', error: null });
});

test.each(['/views/accounts?order=balance', '/views/accounts?id=eq.account-7', '/views/rpc/byBalance'])(
  '%s meets the damage, says so, and has the file built again without another event',
  async (path) => {
    const data = await closedFolder();
    const { p, notices } = await open(data);
    await notices.until('resumed');
    writeFileSync(join(data, FIRST), Buffer.alloc(100_000, 0xff));
    const answer = await p.app.request(path);
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: 'GENERATION_DAMAGED', hint: expect.stringContaining('built again') },
    ]);
    expect(await notices.until('went-live')).toMatchObject({ generation: 2 });
    expect(await rowsOf(p, 'accounts', 'id=eq.account-7')).toMatchObject([{ balance: 55 }]);
  },
);

test('a build that was killed while its file was made starts over', async () => {
  const data = temporaryFolder();
  await appendTo(data, history(3, 3));
  await leaveInterruptedBuild(data, accountsProjection(), 5);
  leaveHotJournal(join(data, FIRST));
  const { p, notices } = await open(data);
  expect(await notices.until('build-started')).toMatchObject({ generation: 2, from: 0 });
  await p.ready();
  expect(readdirSync(join(data, 'views')).filter((file) => file.startsWith('accounts-1'))).toEqual([]);
});

/** A database as a kill leaves it in the middle of a transaction, before it was turned to write-ahead logging. */
function leaveHotJournal(path: string): void {
  deleteGeneration(path);
  const db = openDatabase(`${path}.begun`, { purpose: 'lock' });
  db.pragma('journal_mode = DELETE');
  // So small a cache that the transaction reaches the file before it commits.
  db.pragma('cache_size = 1');
  db.exec('CREATE TABLE half (text); INSERT INTO half VALUES (zeroblob(100000))');
  db.exec('BEGIN; UPDATE half SET text = randomblob(100000); CREATE TABLE more (text)');
  for (const suffix of ['', '-journal']) copyFileSync(`${path}.begun${suffix}`, path + suffix);
  db.exec('ROLLBACK');
  db.close();
  rmSync(`${path}.begun`);
}

test('another log makes every generation be built again', async () => {
  const data = await closedFolder();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, 'log.db') + suffix, { force: true });
  await appendTo(
    data,
    Array.from({ length: 600 }, (_, index) => opened(`other-${index}`)),
  );
  const { p, notices } = await open(data);
  expect(await notices.until('build-started')).toMatchObject({
    reasons: ['it was built from another log'],
    from: 0,
  });
  await p.ready();
  expect(await rowsOf(p, 'accounts', 'id=eq.account-7')).toEqual([]);
});

test.each([
  ['ends before the checkpoint', 0, /the log ends at 550/],
  ['has grown past the checkpoint again', 200, /holds another event at position 600/],
])(
  'a log that was restored from an older copy and %s makes views be built again',
  async (_, grownBy, reason) => {
    const data = await closedFolder();
    copyFileSync(join(data, 'log.db'), join(data, 'older.db'));
    const later = await open(data);
    await later.p.log.appendAll(Array.from({ length: 50 }, () => deposited('account-7', 1000)));
    await later.p.ready();
    await later.p.close();
    copyFileSync(join(data, 'older.db'), join(data, 'log.db'));
    for (const suffix of ['-wal', '-shm']) rmSync(join(data, 'log.db') + suffix, { force: true });
    if (grownBy > 0)
      await appendTo(
        data,
        Array.from({ length: grownBy }, () => deposited('account-7', 1)),
      );
    const { p, notices } = await open(data);
    const { reasons, from } = await notices.until('build-started');
    expect([from, ...reasons]).toEqual([0, expect.stringMatching(reason)]);
    await p.ready();
    expect(await rowsOf(p, 'accounts', 'id=eq.account-7')).toMatchObject([{ balance: 55 + grownBy }]);
  },
);

test('a build that cannot open its file waits, lets others go first, and goes on when it can', async () => {
  const data = temporaryFolder();
  mkdirSync(join(data, FIRST), { recursive: true });
  const { p, notices } = await open(data, { projections: [accountsProjection(), notesProjection()] });
  await p.log.appendAll([opened('a'), noted('n')]);
  expect(await notices.until('waiting')).toMatchObject({
    projection: 'accounts',
    error: { code: 'DATA_FOLDER_UNUSABLE' },
  });
  expect(statusOf(p)).toMatchObject({
    state: 'building',
    generation: null,
    retry: { attempt: expect.any(Number), error: { code: 'DATA_FOLDER_UNUSABLE' } },
  });
  await p.waitFor('notes', 2);
  rmSync(join(data, FIRST), { recursive: true });
  await p.waitFor('accounts', 2);
  expect(statusOf(p)).toMatchObject({ state: 'live', error: null });
});
