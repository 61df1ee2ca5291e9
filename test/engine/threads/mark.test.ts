import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MarkFile, readMark } from '../../../src/engine/threads/mark.ts';
import { temporaryFolder } from '../stage.ts';

const NOWHERE = { from: -1, deaths: 0, isSettled: false };

test('a mark says which batch is at work, and how many processes have ended at its place before', () => {
  const path = join(temporaryFolder(), 'mark');
  const mark = new MarkFile({ path, from: 40, deaths: 1, isSettled: false }, 0);
  mark.begin(40, 90);
  mark.enter('calling');
  expect(readMark(path)).toEqual({ from: 40, to: 90, deaths: 1, stage: 'batch' });
  mark.begin(90, 91);
  expect(readMark(path)).toEqual({ from: 90, to: 91, deaths: 0, stage: 'batch' });
});

test('where events go one by one it says whether a function was being called', () => {
  const path = join(temporaryFolder(), 'mark');
  const mark = new MarkFile({ path, ...NOWHERE }, 10);
  const stages = (['applying', 'calling', 'calling', 'applying'] as const).map((phase) => {
    if (phase === 'applying') mark.begin(9, 10);
    mark.enter(phase);
    return readMark(path)?.stage;
  });
  expect(stages).toEqual(['event', 'call', 'call', 'event']);
});

test('the mark of an event that is known to end processes stays until something else is at work', () => {
  const path = join(temporaryFolder(), 'mark');
  const left = { from: 4, to: 5, deaths: 1, stage: 'call' };
  writeFileSync(path, JSON.stringify(left));
  const mark = new MarkFile({ path, from: 4, deaths: 2, isSettled: true }, 5);
  mark.begin(4, 5);
  expect(readMark(path)).toEqual(left);
  mark.begin(5, 6);
  expect(readMark(path)).toMatchObject({ from: 5, to: 6 });
});

test('an event that is known to end processes and is touched all the same leaves word of it', () => {
  const path = join(temporaryFolder(), 'mark');
  const mark = new MarkFile({ path, from: 4, deaths: 2, isSettled: true }, 5);
  mark.begin(4, 5);
  mark.enter('calling');
  expect(readMark(path)).toEqual({ from: 4, to: 5, deaths: 2, stage: 'touch' });
  mark.enter('applying');
  expect(readMark(path)).toEqual({ from: 4, to: 5, deaths: 2, stage: 'call' });
});

test('a dead letter that is tried again is marked until its decision is told', () => {
  const path = join(temporaryFolder(), 'mark');
  const mark = new MarkFile({ path, ...NOWHERE }, 0);
  mark.beginLetter(7);
  mark.enter('calling');
  expect(readMark(path)).toEqual({ from: 6, to: 7, deaths: 0, stage: 'call', isLetter: true });
  mark.hear({ kind: 'undecided', id: 1, error: { code: 'APPLY_FAILED', message: '' } });
  expect(existsSync(path)).toBe(false);
});

test.each([
  ['a failure that was told', { code: 'APPLY_FAILED', message: '' }, false],
  ['an event that ends processes', { code: 'EVENT_ENDS_PROCESS', message: '' }, true],
] as const)('after %s a mark stays or goes', (_, error, isLeft) => {
  const path = join(temporaryFolder(), 'mark');
  const mark = new MarkFile({ path, ...NOWHERE }, 0);
  mark.begin(1, 2);
  mark.hear({ kind: 'failed', error });
  expect(existsSync(path)).toBe(isLeft);
});

test.each(['', 'null', '{}', '5', '{"from":"a","to":1,"deaths":0}'])(
  'what is no mark is none: %s',
  (text) => {
    const path = join(temporaryFolder(), 'mark');
    writeFileSync(path, text);
    expect(readMark(path)).toBeUndefined();
  },
);

test('where no mark can be written the work goes on', () => {
  const mark = new MarkFile({ path: join(temporaryFolder(), 'gone', 'mark'), ...NOWHERE }, 0);
  expect(() => mark.begin(1, 2)).not.toThrow();
  expect(() => mark.clear()).not.toThrow();
});
