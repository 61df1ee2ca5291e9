import { symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { event, openedLog, temporaryFolder } from '../event-log/support.ts';

test('an append to a log behind a symbolic link is synced where SQLite keeps its write-ahead log', async () => {
  const link = join(temporaryFolder(), 'log.db');
  symlinkSync(join(temporaryFolder(), 'log.db'), link);
  const log = openedLog(link);
  expect(await log.append('s', event())).toMatchObject({ position: 1 });
});

test('after a sync that failed, nothing is acknowledged until what it was for is on disk another way', async () => {
  const folder = temporaryFolder();
  const log = openedLog(join(folder, 'log.db'));
  await log.append('s', event());
  const probe = await open(join(folder, 'log.db'), 'r');
  const datasync = vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'datasync');
  await probe.close();
  onTestFinished(() => datasync.mockRestore());
  datasync.mockRejectedValueOnce(Object.assign(new Error('i/o error'), { code: 'EIO' }));
  const heard: number[] = [];
  log.onGrowth((head) => heard.push(head));
  await expect(log.append('s', event())).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(heard).toEqual([]);
  // The write-ahead log whose end nobody can trust begins anew before the next event is written.
  const { position } = await log.append('s', event());
  expect(position).toBe(3);
  expect(heard).toEqual([3]);
});
