import { closeSync, existsSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EarlySync } from '../../src/database/early-sync.ts';
import { temporaryFolder } from '../event-log/support.ts';

describe.skipIf(!existsSync('/proc/self/fd'))('EarlySync', () => {
  test('syncs a file that is open under another name too', async () => {
    const { folder, file } = opened();
    symlinkSync(folder, `${folder}-link`);
    try {
      const sync = new EarlySync(join(`${folder}-link`, 'file'));
      sync.ask();
      sync.ask();
      await expect(sync.settled()).resolves.toBeUndefined();
    } finally {
      closeSync(file);
      rmSync(`${folder}-link`);
    }
  });
  test('says of a sync that failed, again and again', async () => {
    const { path, file } = opened();
    const sync = new EarlySync(path);
    closeSync(file);
    sync.ask();
    await expect(sync.settled()).rejects.toMatchObject({ code: 'EBADF', syscall: 'fdatasync' });
    expect(() => sync.ask()).toThrow(expect.objectContaining({ syscall: 'fdatasync' }));
    await expect(sync.settled()).rejects.toMatchObject({ syscall: 'fdatasync' });
  });
  test('asks for nothing where nobody has the file open', async () => {
    const sync = new EarlySync(join(temporaryFolder(), 'missing'));
    sync.ask();
    await expect(sync.settled()).resolves.toBeUndefined();
  });
});

function opened(): { folder: string; path: string; file: number } {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  return { folder, path, file: openSync(path, 'w') };
}
