import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inherit } from '../../../src/engine/threads/inherit.ts';
import { strictAccounts, opened } from '../ledger.ts';
import { open, temporaryFolder } from '../stage.ts';

/** What is known at the next start of a generation at position 3, where a mark says what the process before was at. */
async function known(mark: object, isBuild: boolean) {
  const data = temporaryFolder();
  const { p } = await open(data, { projections: [strictAccounts('park')] });
  await p.log.appendAll([opened('a'), opened('b'), opened('c')]);
  await p.ready();
  await p.close();
  const path = join(data, 'views', 'accounts-1.db');
  const program = { projection: 'accounts' } as Parameters<typeof inherit>[0]['program'];
  const markPath = join(data, 'mark');
  writeFileSync(markPath, JSON.stringify(mark));
  return inherit({ path, logPath: join(data, 'log.db'), logId: '', program, isBuild }, markPath);
}

const letter = { from: 1, to: 2, deaths: 0, stage: 'call', isLetter: true };

test('a retry that ended its process is known to the live generation at once', async () => {
  expect((await known(letter, false)).fatal).toMatchObject([
    { position: 2, error: { code: 'EVENT_ENDS_PROCESS' }, retriedAt: expect.any(String) },
  ]);
});

test('a build that comes to a decision anew at every start is patient once', async () => {
  const first = await known(letter, true);
  expect(first).toMatchObject({ mark: { from: 1, deaths: 1, isLetter: true } });
  expect(first.fatal).toBeUndefined();
  expect((await known({ ...letter, deaths: 1 }, true)).fatal).toMatchObject([
    { position: 2, error: { message: expect.stringContaining('2 processes') } },
  ]);
});

test('a letter between calls, or ahead of the generation, is not to blame', async () => {
  expect((await known({ ...letter, stage: 'event' }, false)).fatal).toBeUndefined();
  expect((await known({ ...letter, from: 3, to: 4 }, false)).fatal).toBeUndefined();
});

test('an event that was touched though it was known is not to be touched again', async () => {
  expect((await known({ from: 3, to: 4, deaths: 2, stage: 'touch' }, false)).fatal).toMatchObject([
    { position: 4, isUntouchable: true },
  ]);
});
