import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder on a file system of its own, of so many mebibytes; undefined where this user may mount none. */
export function smallDisk(mebibytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', folder]);
  onTestFinished(() => {
    if (status === 0) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return status === 0 ? new SmallDisk(folder) : undefined;
}

export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** Takes all the room that is left. */
  fill(): void {
    for (const size of [1 << 20, 1 << 12]) while (this.#takes(size));
  }

  #takes(bytes: number): boolean {
    try {
      writeFileSync(this.#ballast, Buffer.alloc(bytes), { flag: 'a' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
      throw error;
    }
  }

  free(): void {
    rmSync(this.#ballast);
  }

  remount(options: 'ro' | 'rw'): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,${options}`, this.folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`Cannot remount: ${stderr}`);
  }
}

/** Lets a process make no file longer than so many bytes; any process may do that to its own. */
export function limitFileSize(pid: number, bytes: number | 'unlimited'): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Cannot set a limit: ${stderr}`);
}
