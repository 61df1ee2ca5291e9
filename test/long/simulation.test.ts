import { expect, test } from 'vitest';
import { record } from '../reliability/record.ts';
import { simulate } from '../simulation/simulate.ts';

const seed = Number(process.env['SIMULATION_SEED'] ?? Math.floor(Math.random() * 1e9));
const runs = Number(process.env['SIMULATION_RUNS'] ?? 500);
const steps = Number(process.env['SIMULATION_STEPS'] ?? 150);

test(`${runs} simulated histories keep every invariant (from seed ${seed})`, async () => {
  const happenings = await simulate({ seed, runs, steps });
  const of = (name: string): string => (happenings[name] ?? 0).toLocaleString('en');
  const total = Object.values(happenings).reduce((sum, count) => sum + count, 0);
  const figures =
    `${runs.toLocaleString('en')} histories from seed ${seed}, ${total.toLocaleString('en')} steps: ${of('death')} deaths of the process, ` +
    `${of('thread-death')} of threads, ${of('append')} appends, ${of('rebuild')} rebuilds, ${of('verified-rebuild')} rebuilds behind a verification, ${of('verify')} verifications, ${of('definition')} changes of the ` +
    `definition, ${of('discard')} discards, ${of('retry')} retries, ${of('rollback')} rollbacks, ${of('reset')} resets, ${of('pause')} pauses`;
  console.log(figures);
  record('simulation', figures);
  // In so many histories everything happens; one that is repeated may be short of something.
  const wanted = [
    'death',
    'thread-death',
    'discard',
    'retry',
    'rebuild',
    'verified-rebuild',
    'verify',
    'rollback',
    'reset',
    'wait',
  ];
  expect(runs < 50 ? [] : wanted.filter((name) => happenings[name] === undefined)).toEqual([]);
});
