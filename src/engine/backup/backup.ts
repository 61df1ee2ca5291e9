import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { copyDatabase } from '../../database/copy-database.ts';
import { storageError } from '../../database/storage-error.ts';
import { ProjectionistError } from '../../errors.ts';
import { type CopiedGeneration, checkCopies, readyCatalog } from './copied-catalog.ts';

export interface BackupTask {
  readonly data: string;
  /** A folder that is not there yet, or is empty. */
  readonly target: string;
  /** Leave the views out: whoever starts on the copy builds them again from the log. */
  readonly isLogOnly: boolean;
}

export interface BackupResult {
  readonly folder: string;
  /** The position of the last event of the copied log. */
  readonly position: number;
  readonly events: number;
  readonly bytes: number;
  readonly seconds: number;
  /** The views that were copied, each at or before `position`. */
  readonly projections: readonly CopiedGeneration[];
}

export interface BackupProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** Where a backup is made before it is whole; one that is found was never finished. */
const UNFINISHED = 'unfinished';

/**
 * Copies a data folder that a server may be working on into a folder that can be started on as it is. Catalogue first,
 * then the live views, the log last: so the log has every event that a view has applied. Everything is checked before it
 * is put in its place. Throws BACKUP_TARGET, DISK_FULL and the other faults of storage, and then leaves nothing behind.
 */
export async function backUp(
  { data, target, isLogOnly }: BackupTask,
  onProgress: (progress: BackupProgress) => void,
): Promise<BackupResult> {
  const started = performance.now();
  refuseUnusable(data, target);
  const folder = join(target, UNFINISHED);
  const isNew = !existsSync(target);
  try {
    mkdirSync(join(folder, 'views'), { recursive: true });
    const copy = async (file: string): Promise<void> => {
      await copyDatabase(join(data, file), join(folder, file), {
        onProgress: (done, total) => onProgress({ file, done, total }),
      });
    };
    const views = await copyViews(data, folder, isLogOnly, copy);
    await copyNotes(data, folder);
    await copy('log.db');
    const { head, events } = checkCopies(folder, views);
    const bytes = sizeOf(folder);
    putInPlace(folder, target);
    const seconds = (performance.now() - started) / 1000;
    return { folder: resolve(target), position: head, events, bytes, seconds, projections: views };
  } catch (error) {
    rmSync(isNew ? target : folder, { recursive: true, force: true });
    throw storageError(error, target);
  }
}

function refuseUnusable(data: string, target: string): void {
  if (!existsSync(join(data, 'log.db')))
    throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log in ${data}`, {
      hint: 'Check --data.',
    });
  const path = relative(resolve(data), resolve(target));
  if (path === '' || !(path.startsWith('..') || resolve(target) === path))
    throw new ProjectionistError('BACKUP_TARGET', `${target} lies in the data folder itself`, {
      hint: 'Name a folder elsewhere, best on another disk.',
    });
  const found = filesIn(target);
  if (found.length === 0) return;
  throw new ProjectionistError(
    'BACKUP_TARGET',
    found.includes(UNFINISHED)
      ? `${target} holds a backup that was never finished`
      : `${target} is not empty`,
    { hint: 'Name a folder that is not there yet, or empty this one.', evidence: { file: target } },
  );
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (error) {
    throw storageError(error, folder);
  }
}

/** How often the catalogue is read again because a generation was replaced, twice, before it could be copied. */
const ATTEMPTS = 5;

async function copyViews(
  data: string,
  folder: string,
  isLogOnly: boolean,
  copy: (file: string) => Promise<void>,
): Promise<CopiedGeneration[]> {
  // A log that nobody has run projections on has no catalogue.
  if (!existsSync(join(data, 'catalog.db'))) return [];
  for (let attempt = 1; ; attempt += 1) {
    rmSync(join(folder, 'catalog.db'), { force: true });
    await copy('catalog.db');
    const live = readyCatalog(join(folder, 'catalog.db'), isLogOnly);
    const isStale = live.some(({ file }) => !existsSync(join(data, file)));
    if (isStale && attempt < ATTEMPTS) continue;
    for (const { file } of live) if (!existsSync(join(folder, file))) await copy(file);
    return live;
  }
}

/** Small files that are written in one go. */
async function copyNotes(data: string, folder: string): Promise<void> {
  if (existsSync(join(data, 'programs.json')))
    await copyFile(join(data, 'programs.json'), join(folder, 'programs.json'));
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** The log last: a folder that has one is whole. */
function putInPlace(folder: string, target: string): void {
  const files = readdirSync(folder).toSorted((a, b) => Number(a === 'log.db') - Number(b === 'log.db'));
  for (const file of files) renameSync(join(folder, file), join(target, file));
  rmSync(folder, { recursive: true });
}
