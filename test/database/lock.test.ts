import { readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { requireLock, tryLock } from '../../src/database/lock.ts';
import { child, exit, message, temporaryFolder } from '../event-log/support.ts';

function lockPath(): string {
  return join(temporaryFolder(), 'engine.lock');
}

describe('a lock', () => {
  test('is held by one at a time, and free again after its release', () => {
    const path = lockPath();
    const lock = tryLock(path);
    expect(lock).toBeDefined();
    expect(tryLock(path)).toBeUndefined();
    lock?.release();
    const next = tryLock(path);
    expect(next).toBeDefined();
    next?.release();
  });

  test('that is needed and held by another is an error with the words of the caller, and who holds it', () => {
    const path = lockPath();
    const lock = requireLock(path, 'Another process runs here', 'Stop it first.');
    expect(() => requireLock(path, 'Another process runs here', 'Stop it first.')).toThrow(
      expect.objectContaining({
        code: 'LOCKED',
        message: expect.stringMatching(
          new RegExp(`^Another process runs here \\(process ${process.pid} on .+, since 2.+Z: .+\\)$`),
        ) as string,
        hint: 'Stop it first.',
      }),
    );
    lock.release();
    expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  });

  test('is held against other processes, and dropped when its holder is killed', async () => {
    const path = lockPath();
    const holder = child('lock', path);
    expect(await message(holder)).toBe('held');
    expect(tryLock(path)).toBeUndefined();
    holder.kill('SIGKILL');
    await exit(holder);
    const lock = tryLock(path);
    expect(lock).toBeDefined();
    lock?.release();
  });

  test('goes to exactly one of several processes that ask at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const path = lockPath();
      const answers = await Promise.all([1, 2, 3, 4].map(() => message(child('lock', path))));
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
    }
  });

  test('is held though nobody keeps a reference to it', async () => {
    const path = lockPath();
    tryLock(path);
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(tryLock(path)).toBeUndefined();
  });

  test('on a file that is no lock is an error', () => {
    const path = lockPath();
    writeFileSync(path, 'something else '.repeat(100));
    expect(() => tryLock(path)).toThrow(expect.objectContaining({ code: 'DATA_FILE_FOREIGN' }));
  });
});
