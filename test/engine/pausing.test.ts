import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspect } from '../../src/engine/inspect.ts';
import { generationsIn } from './building.ts';
import { accountsProjection, deposited, history, localAccounts, opened, strictAccounts } from './ledger.ts';
import { open, rowsOf, statusOf, temporaryFolder } from './stage.ts';

const PATIENT = { timeout: 20_000 };

test.each([
  ['in a thread', accountsProjection],
  ["on the caller's thread", localAccounts],
])(
  'a projection %s that is paused stands still, answers, and goes on where it was',
  async (_, definition) => {
    const { p } = await open(temporaryFolder(), { projections: [definition()] });
    await p.log.appendAll(history(3, 3));
    await p.ready();
    const before = await rowsOf(p, 'accounts');
    const paused = await p.pause('accounts', { reason: 'a look', by: 'ann' });
    await p.log.appendAll([deposited('account-1', 5)]);
    expect(statusOf(p)).toMatchObject({ state: 'paused', position: 12, lag: 1, paused });
    expect(paused).toMatchObject({ by: 'ann', reason: 'a look', since: expect.any(String) });
    await p.waitFor('accounts', 12);
    await expect(p.waitFor('accounts', 13, 60_000)).rejects.toMatchObject({
      code: 'PROJECTION_PAUSED',
      message: expect.stringContaining('a look'),
    });
    expect(await rowsOf(p, 'accounts')).toEqual(before);
    await p.resume('accounts');
    await p.waitFor('accounts', 13);
    expect(statusOf(p)).toMatchObject({ state: 'live', paused: null, lag: 0 });
    expect(await rowsOf(p, 'accounts')).not.toEqual(before);
  },
);

test('who waits when a projection is paused is told at once', async () => {
  const { p } = await open(temporaryFolder());
  await p.ready();
  const waiting = p.waitFor('accounts', 5, 60_000);
  await Promise.all([
    expect(waiting).rejects.toMatchObject({ code: 'PROJECTION_PAUSED' }),
    p.pause('accounts'),
  ]);
});

test('a pause outlives the process, and what came meanwhile is applied after it', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll(history(2, 0));
  await first.p.ready();
  await first.p.pause('accounts', { reason: 'for long' });
  await first.p.close();
  expect(inspect(data).projections).toMatchObject([
    { name: 'accounts', state: 'paused', paused: { reason: 'for long' }, position: 2 },
  ]);
  const { p } = await open(data);
  await p.log.appendAll([deposited('account-0', 1)]);
  expect(statusOf(p)).toMatchObject({ state: 'paused', position: 2, lag: 1, generation: 1 });
  expect(await rowsOf(p, 'accounts')).toHaveLength(2);
  await p.resume('accounts');
  await p.waitFor('accounts', 3);
});

test('a build under way is paused too, whichever definition is wanted, and is live after the resume', async () => {
  const data = temporaryFolder();
  const first = await open(data);
  await first.p.log.appendAll(history(3, 3));
  await first.p.ready();
  await first.p.pause('accounts');
  await first.p.close();
  const { p, notices } = await open(data, { projections: [accountsProjection(2)] });
  await expect.poll(() => statusOf(p).build, PATIENT).toMatchObject({ generation: 2, position: 0 });
  expect(statusOf(p)).toMatchObject({ state: 'paused', generation: 1 });
  expect(notices.of('build-started')).toEqual([]);
  await p.resume('accounts');
  await expect.poll(() => statusOf(p), PATIENT).toMatchObject({ state: 'live', generation: 2, build: null });
});

test('what makes no sense in a state is refused, with the state and the reason', async () => {
  const { p } = await open(temporaryFolder());
  await p.ready();
  const refused = { code: 'OPERATION_REFUSED', evidence: { projection: 'accounts' } };
  await expect(p.resume('accounts')).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/not paused/),
  });
  await p.pause('accounts');
  await expect(p.pause('accounts')).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/paused already/),
  });
  for (const operation of ['rebuild', 'rollback', 'reset'] as const)
    await expect(p[operation]('accounts')).rejects.toMatchObject({
      ...refused,
      hint: expect.stringMatching(/Resume/),
    });
});

test('a projection that has stopped is tried again by resume', async () => {
  const { p } = await open(temporaryFolder(), {
    // What a projection does where events can be parked, too.
    projections: [{ ...strictAccounts(), ...({ onError: 'stop' } as object) }],
  });
  await p.log.appendAll([opened('a')]);
  await p.ready();
  await p.log.appendAll([deposited('nobody', 1)]);
  await expect.poll(() => statusOf(p).state, PATIENT).toBe('stopped');
  await p.resume('accounts');
  // It meets the same event again.
  await expect
    .poll(() => statusOf(p), PATIENT)
    .toMatchObject({
      state: 'stopped',
      position: 1,
      error: { code: 'APPLY_FAILED', evidence: { position: 2 } },
    });
});

test('a reset builds from the first event while the old generation answers, and then keeps nothing of it', async () => {
  const data = temporaryFolder();
  const { p, notices } = await open(data);
  await p.log.appendAll(history(3, 3));
  await p.ready();
  await p.rebuild('accounts');
  expect(await p.reset('accounts')).toBe(3);
  expect(notices.of('build-started').at(-1)).toMatchObject({ generation: 3, from: 0, reasons: ['reset'] });
  await expect.poll(() => generationsIn(data), PATIENT).toEqual(['3 live']);
  await expect.poll(() => existsSync(join(data, 'views/accounts-2.db')), PATIENT).toBe(false);
  expect(await rowsOf(p, 'accounts')).toHaveLength(3);
});
