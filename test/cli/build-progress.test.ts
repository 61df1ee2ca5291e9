import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BuildProgress, inJournal, onDisplay } from '../../src/cli/build-progress.ts';
import { jsonJournal } from '../../src/cli/journal/json-journal.ts';
import { ProgressDisplay } from '../../src/cli/progress.ts';

const HEAD = 1000;

let ending: AbortController;
let written: string;
let position: number | null;
let looks: number;
const out = {
  write: (text: string): void => {
    written += text;
  },
};
beforeEach(() => {
  vi.useFakeTimers();
  ending = new AbortController();
  written = '';
  position = 0;
  looks = 0;
});
afterEach(() => void vi.useRealTimers());

/** One projection, with a build at `position` for as long as that is not null. */
const statuses = () => {
  looks += 1;
  const build =
    position === null ? null : { generation: 2, position, rate: 10, secondsLeft: 50, error: null };
  return [{ name: 'orders', head: HEAD, build }];
};

/** Lets so many seconds pass, and the build reach that position at their beginning. */
async function pass(seconds: number, reached: number | null): Promise<void> {
  position = reached;
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

test('every build has its bar, also one that begins long after the start; between them nothing is looked at', async () => {
  const display = new ProgressDisplay({ ...out, isTTY: true, columns: 80 });
  const builds = new BuildProgress(onDisplay(display), ending.signal);
  for (const _ of ['the first', 'after a save']) {
    written = '';
    builds.begin(statuses);
    await pass(1, 0);
    await pass(1, 500);
    expect(written).toContain('Building orders');
    expect(written).toContain('50%  500 of 1,000');
    await pass(1, null);
    expect(written.endsWith('\u001B[2K')).toBe(true);
    looks = 0;
    await pass(60, null);
    expect(looks).toBe(0);
  }
});

test('without a terminal it is a line now and then', async () => {
  const builds = new BuildProgress(onDisplay(new ProgressDisplay(out)), ending.signal);
  builds.begin(statuses);
  await pass(1, 0);
  await pass(2, 500);
  expect(written).toMatch(/^Building orders 50% {2}500 of 1,000 .*\n$/);
});

test('a journal for programs has an entry every ten seconds', async () => {
  const builds = new BuildProgress(inJournal(jsonJournal(out, 'info')), ending.signal);
  builds.begin(statuses);
  await pass(9, 100);
  expect(written).toBe('');
  await pass(15, 500);
  const entries = written
    .trim()
    .split('\n')
    .map((entry) => JSON.parse(entry) as unknown);
  expect(entries).toHaveLength(2);
  expect(entries[1]).toMatchObject({
    level: 'info',
    event: 'projection.building',
    projection: 'orders',
    generation: 2,
    position: 500,
    head: HEAD,
    secondsLeft: 50,
    msg: 'orders: generation 2 is built up to position 500 of 1,000, 50 s left',
  });
});

test('when the process is to end, it is over', async () => {
  const builds = new BuildProgress(onDisplay(new ProgressDisplay(out)), ending.signal);
  builds.begin(statuses);
  ending.abort();
  await pass(1, 10);
  looks = 0;
  await pass(10, 20);
  expect(looks).toBe(0);
});
