import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { HeadWatch } from '../../src/event-log/head-watch.ts';
import type { LogFile } from '../../src/event-log/log-file.ts';
import { temporaryFolder } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a log that was replaced is told once, and again when that happens anew', () => {
  const path = join(temporaryFolder(), 'log.db');
  const db = openDatabase(path, { purpose: 'lock' });
  const told: unknown[] = [];
  let isReplaced = true;
  const requireSame = (): void => {
    if (isReplaced) throw new Error('replaced');
  };
  const file = { path, requireSame } as LogFile;
  const watch = new HeadWatch(
    db,
    () => 0,
    () => false,
    { file, onFault: (error) => told.push(error) },
  );
  watch.listen(
    () => {},
    () => {},
  );
  vi.advanceTimersByTime(5_000);
  expect(told).toHaveLength(1);
  isReplaced = false;
  vi.advanceTimersByTime(1_000);
  isReplaced = true;
  vi.advanceTimersByTime(5_000);
  expect(told).toHaveLength(2);
  watch.close();
  db.close();
});
