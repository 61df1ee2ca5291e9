import { expect, test } from 'vitest';
import { pauseAfter } from '../../../src/engine/backoff.ts';
import { Deaths } from '../../../src/engine/threads/deaths.ts';
import { HeadHistory } from '../../../src/engine/head-history.ts';
import { Pulse, type Phase, type PulseReading, withPulse } from '../../../src/engine/threads/pulse.ts';
import { Vigil } from '../../../src/engine/threads/vigil.ts';

const HANGS = { code: 'PROJECTOR_HANGS', message: 'it hangs' } as const;
const ENDED = { code: 'PROJECTOR_ENDED', message: 'it ended' } as const;

/** What a vigil finds after so many looks at a thread that stays as it is. */
function findingAfter(looks: number, phase: Phase, hasWork = true): string {
  const vigil = new Vigil();
  const pulse = new Pulse();
  pulse.enter(phase);
  let finding = '';
  for (let look = 0; look <= looks; look += 1) finding = vigil.look(pulse.read(), hasWork);
  return finding;
}

test.each<[Phase, number, string]>([
  ['calling', 7, 'hung'],
  ['idle', 10, 'hung'],
  ['loading', 300, 'hung'],
  ['applying', 50, 'slow'],
])('a thread that stays %s is so for %i looks before it is %s', (phase, looks, finding) => {
  expect(findingAfter(looks - 1, phase)).toBe('well');
  expect(findingAfter(looks, phase)).toBe(finding);
});

test('a thread that has nothing to do, rests or seals a file is well for ever', () => {
  expect(findingAfter(10_000, 'idle', false)).toBe('well');
  expect(findingAfter(10_000, 'resting')).toBe('well');
  expect(findingAfter(10_000, 'settling')).toBe('well');
});

test('a thread that calls the same function again and again is well', () => {
  const vigil = new Vigil();
  const pulse = new Pulse();
  const { functions } = withPulse(
    { functions: new Map([['look', () => vigil.look(pulse.read(), true)]]), upcast: () => null },
    pulse,
  );
  const findings = Array.from({ length: 1000 }, () => functions.get('look')?.(null as never));
  expect(new Set(findings)).toEqual(new Set(['well']));
  expect(pulse.read().phase).toBe('applying');
});

test('a pulse is read in another thread by its memory alone', () => {
  const pulse = new Pulse();
  pulse.apply(4, 9);
  expect(new Pulse(pulse.memory).read()).toMatchObject({ phase: 'applying', from: 4, to: 9 });
});

test('the event at which threads end is found by going through a batch one by one', () => {
  const deaths = new Deaths();
  const at = (position: number): PulseReading => ({
    phase: 'calling',
    beat: 1,
    from: position - 1,
    to: position,
  });
  deaths.note({ phase: 'calling', beat: 1, from: 0, to: 100 }, HANGS);
  expect([deaths.carefulUntil, deaths.fatal]).toEqual([100, []]);
  for (const position of [42, 42, 17, 42, 42]) deaths.note(at(position), HANGS);
  expect(deaths.fatal).toEqual([]);
  deaths.note(at(42), HANGS);
  expect(deaths.fatal).toMatchObject([{ position: 42, error: { code: 'EVENT_HANGS' } }]);
  expect(deaths.fatal[0]?.error.message).toContain('0.7 s');
  expect(deaths.untouchable).toBeUndefined();
  deaths.note(at(42), HANGS);
  expect(deaths.untouchable).toBe(42);
});

test('an event that was parked is tried in earnest again', () => {
  const deaths = new Deaths();
  const note = (): void => deaths.note({ phase: 'calling', beat: 1, from: 41, to: 42 }, ENDED);
  for (let death = 0; death < 3; death += 1) note();
  expect(deaths.fatal).toMatchObject([{ position: 42, error: { code: 'EVENT_ENDS_THREAD' } }]);
  deaths.forget(41);
  expect(deaths.fatal).toHaveLength(1);
  deaths.forget(42);
  note();
  expect([deaths.fatal, deaths.untouchable]).toEqual([[], undefined]);
});

test('a thread that ends outside the definition accuses no event', () => {
  const deaths = new Deaths();
  for (let death = 0; death < 10; death += 1) deaths.note({ phase: 'idle', beat: 1, from: 0, to: 1 }, ENDED);
  expect([deaths.carefulUntil, deaths.fatal]).toEqual([0, []]);
});

test('pauses double up to five seconds, and chance takes up to half of each', () => {
  const longest = [1, 2, 3, 4, 7, 8, 100].map((attempt) => pauseAfter(attempt, () => 1));
  expect(longest).toEqual([50, 100, 200, 400, 3200, 5000, 5000]);
  expect(pauseAfter(3, () => 0)).toBe(100);
});

test('the wait of an event that was there at the first look counts from its own time', () => {
  const at = (seconds: number): Date => new Date(seconds * 1000);
  const history = new HeadHistory((position) => (position === 3 ? undefined : 1000 * position));
  history.note(10, at(100));
  history.note(11, at(100.05));
  // One whose time lies ahead is waited for since it was seen.
  const other = new HeadHistory(() => 500_000);
  other.note(1, at(100));
  expect([0, 1, 2, 9, 10, 11].map((position) => history.secondsBehind(position, at(110)))).toEqual([
    109, 108, 10, 100, 10, 0,
  ]);
  expect(other.secondsBehind(0, at(110))).toBe(10);
});

test('the wait of an event counts from when it was seen in the log, however much came after it', () => {
  const history = new HeadHistory();
  const at = (seconds: number): Date => new Date(seconds * 1000);
  history.note(10, at(0));
  history.note(10, at(5));
  history.note(20, at(10));
  expect([9, 10, 19, 20].map((position) => history.secondsBehind(position, at(30)))).toEqual([30, 20, 20, 0]);
  for (let second = 0; second < 10_000; second += 1) history.note(21 + second, at(100 + second));
  const told = history.secondsBehind(9000, at(20_000));
  // Event 9001 was seen at second 9080; thinned out, a wait is never told shorter than it is.
  expect(told).toBeGreaterThanOrEqual(10_920);
  expect(told).toBeLessThan(10_920 + 64);
});
