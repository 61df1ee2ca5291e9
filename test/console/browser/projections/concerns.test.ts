import { expect, test } from 'vitest';
import { concernsOf } from '../../../../src/console/browser/projections/concerns.ts';
import type { Status } from '../../../../src/console/browser/status.ts';

const AT_101 = { code: 'APPLY_FAILED', message: 'no', evidence: { position: 101 } };
const LIVE: Status = {
  name: 'ledger',
  state: 'live',
  views: ['ledger'],
  generation: 1,
  programHash: null,
  position: 100,
  head: 100,
  lag: 0,
  lagSeconds: 0,
  parked: 0,
  movedAt: null,
  paused: null,
  retry: null,
  error: null,
  build: null,
  isRolledBack: false,
};

const said = (status: Partial<Status>): string[] =>
  concernsOf({ ...LIVE, ...status }).map(({ kind, title, effect }) => `${kind}: ${title}. ${effect}`);

test('of a projection that is well there is nothing to say', () => {
  expect(said({})).toEqual([]);
  expect(said({ state: 'catching-up', lag: 5 })).toEqual([]);
});

test('one that has stopped says where, and how far its views are', () => {
  expect(said({ state: 'stopped', lag: 3, error: AT_101 })).toEqual([
    'bad: ledger has stopped at event 101. Its views answer as of 100, 3 events behind.',
  ]);
  expect(said({ state: 'stopped', generation: null, lag: 3, error: AT_101 })).toEqual([
    'bad: ledger has stopped at event 101. Nothing answers its queries yet.',
  ]);
});

test('one that tries again by itself says so', () => {
  const retry = { attempt: 2, nextAt: '2025-01-01T00:00:00.000Z', error: AT_101 };
  for (const status of [{ state: 'failed' }, { state: 'catching-up', retry }])
    expect(said({ ...status, lag: 1 })).toEqual([
      'bad: ledger does not get on. Its views answer as of 100, 1 event behind. It tries again by itself.',
    ]);
});

test('a generation that is not taken says which one answers', () => {
  expect(said({ error: { code: 'VERIFICATION_FAILED', message: 'no' } })).toEqual([
    'bad: A rebuild of ledger did not pass its verification. Generation 1 goes on answering.',
  ]);
  const build = { generation: 2, position: 7, rate: 0, secondsLeft: null, error: AT_101 };
  expect(said({ build })).toEqual([
    'bad: Generation 2 of ledger is not built. Generation 1 goes on answering.',
  ]);
});

test('streams that are left out are counted, whatever else is wrong', () => {
  expect(said({ state: 'parked', parked: 1 })).toEqual([
    'bad: ledger leaves out 1 stream. An event of it could not be applied. All other streams go on.',
  ]);
  expect(said({ state: 'stopped', parked: 2, error: AT_101 })).toHaveLength(2);
});

test('a pause was asked for: it is told, with its reason, and is nothing wrong', () => {
  const paused = { since: '2025-01-01T00:00:00.000Z', by: 'ann', reason: 'a look at the disk' };
  expect(said({ state: 'paused', paused })).toEqual([
    'note: ledger is paused by ann: a look at the disk. Its views answer with all that the log holds.',
  ]);
});
