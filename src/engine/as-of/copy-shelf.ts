import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { deleteGeneration } from '../generations/generation-file.ts';
import { copyFile, type CopyName, parseCopyFile } from './copy-name.ts';

export interface ShelfLimits {
  /** The most copies that are kept. */
  readonly count: number;
  /** The most bytes that they may take together. */
  readonly bytes: number;
}

export interface ShelvedCopy extends CopyName {
  readonly path: string;
  readonly bytes: number;
}

interface Entry extends ShelvedCopy {
  /** Milliseconds since 1970; kept as the file's modification time, so that it outlives the process. */
  usedAt: number;
  leases: number;
}

/**
 * The finished copies of a folder, bounded by number and bytes: the least recently used is deleted first. A copy that is
 * leased is never deleted, and neither is the newest, so for a moment there may be more than the limits say.
 */
export class CopyShelf {
  readonly #folder: string;
  readonly #limits: ShelfLimits;
  readonly #now: () => Date;
  readonly #onDelete: (path: string) => void;
  readonly #entries = new Map<string, Entry>();

  /** Takes up what an earlier process has left, and deletes its unfinished builds. */
  constructor(folder: string, limits: ShelfLimits, now: () => Date, onDelete: (path: string) => void) {
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
    this.#onDelete = onDelete;
    mkdirSync(folder, { recursive: true });
    const files = new Set(readdirSync(folder));
    for (const file of files) {
      const name = parseCopyFile(file);
      if (name !== undefined) this.#enter(name, statSync(join(folder, file)).mtimeMs);
      else if (!isBesideCopy(file, files)) rmSync(join(folder, file), { force: true, recursive: true });
    }
    this.#enforce(undefined);
  }

  /** Where a copy stands, or will. */
  pathOf(name: CopyName): string {
    return join(this.#folder, copyFile(name));
  }

  has(name: CopyName): boolean {
    return this.#entries.has(copyFile(name));
  }

  /** Keeps a copy from being deleted until the function that is returned is called. Undefined where there is none. */
  lease(name: CopyName): { readonly copy: ShelvedCopy; readonly release: () => void } | undefined {
    const entry = this.#entries.get(copyFile(name));
    if (entry === undefined) return undefined;
    entry.leases += 1;
    entry.usedAt = this.#now().getTime();
    utimesSync(entry.path, entry.usedAt / 1000, entry.usedAt / 1000);
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      entry.leases -= 1;
    };
    return { copy: entry, release };
  }

  /** The copies of the same program at lower positions, nearest first. */
  below({ projection, hash8, position }: CopyName): CopyName[] {
    return [...this.#entries.values()]
      .filter(
        (entry) => entry.projection === projection && entry.hash8 === hash8 && entry.position < position,
      )
      .toSorted((a, b) => b.position - a.position);
  }

  /** Takes a copy up whose file has just been finished. */
  add(name: CopyName): void {
    const entry = this.#enter(name, this.#now().getTime());
    this.#enforce(entry);
  }

  /** Deletes the copies for which `isUseless` holds, unless they are being read. */
  discard(isUseless: (copy: ShelvedCopy) => boolean): void {
    for (const entry of this.#entries.values())
      if (entry.leases === 0 && isUseless(entry)) this.#delete(entry);
  }

  list(): ShelvedCopy[] {
    return [...this.#entries.values()];
  }

  #enter(name: CopyName, usedAt: number): Entry {
    const path = this.pathOf(name);
    const entry = { ...name, path, bytes: statSync(path).size, usedAt, leases: 0 };
    this.#entries.set(copyFile(name), entry);
    return entry;
  }

  #enforce(newest: Entry | undefined): void {
    const oldestFirst = [...this.#entries.values()].toSorted((a, b) => a.usedAt - b.usedAt);
    let bytes = oldestFirst.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of oldestFirst) {
      if (this.#entries.size <= this.#limits.count && bytes <= this.#limits.bytes) return;
      if (entry === newest || entry.leases > 0) continue;
      this.#delete(entry);
      bytes -= entry.bytes;
    }
  }

  #delete(entry: Entry): void {
    this.#entries.delete(copyFile(entry));
    this.#onDelete(entry.path);
    deleteGeneration(entry.path);
  }
}

/** SQLite's own files beside a finished copy. */
function isBesideCopy(file: string, files: ReadonlySet<string>): boolean {
  const main = file.replace(/-(wal|shm)$/, '');
  return main !== file && files.has(main) && parseCopyFile(main) !== undefined;
}
