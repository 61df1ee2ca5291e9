import { join } from 'node:path';
import { openDatabase, type SqliteDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import { LogReader } from '../../event-log/reader.ts';
import { readCheckpoint } from '../generations/generation-file.ts';

/** A generation whose views were copied. */
export interface CopiedGeneration {
  readonly name: string;
  readonly generation: number;
  /** Relative to the folder. */
  readonly file: string;
  /** The position that the copied views show; null until they are copied. */
  position: number | null;
}

/**
 * Makes a copied catalogue say what the copied folder has: the live generations, or none. What was being built or kept
 * for a rollback, and what processes had asked of each other, stays behind.
 */
export function readyCatalog(path: string, isWithoutViews: boolean): CopiedGeneration[] {
  const db = openDatabase(path, { purpose: 'durable', mustExist: true });
  try {
    db.exec(
      `DELETE FROM commands; DELETE FROM generations WHERE state <> 'live' OR ${isWithoutViews ? 'true' : 'false'}`,
    );
    const live = db
      .prepare('SELECT projection AS name, number AS generation, file FROM generations ORDER BY projection')
      .all() as Omit<CopiedGeneration, 'position'>[];
    return live.map((generation) => ({ ...generation, position: null }));
  } finally {
    db.close();
  }
}

/** Checks every copied file, and that no view is ahead of the log. Notes the views' positions down. */
export function checkCopies(
  folder: string,
  generations: readonly CopiedGeneration[],
): { readonly head: number; readonly events: number } {
  for (const generation of generations)
    generation.position = within(join(folder, generation.file), (db) => readCheckpoint(db)?.position ?? 0);
  const count = within(join(folder, 'log.db'), (db) => ({
    head: new LogReader(db).head(),
    events: db.prepare('SELECT count(*) FROM events').pluck().get() as number,
  }));
  for (const { name, position } of generations) {
    if ((position ?? 0) <= count.head) continue;
    throw new ProjectionistError('STORAGE_FAILED', `The copy of ${name} is ahead of the copy of the log`, {
      hint: 'Was the log replaced while it was copied? Try again.',
      evidence: { projection: name, expected: count.head, actual: position ?? 0 },
    });
  }
  return count;
}

/** Opened for writing, so that closing it leaves one file: without a write-ahead log beside it. */
function within<T>(path: string, read: (db: SqliteDatabase) => T): T {
  const db = openDatabase(path, { purpose: 'derived', mustExist: true });
  try {
    const verdict = db.pragma('integrity_check(1)', { simple: true });
    if (verdict === 'ok') return read(db);
    throw new ProjectionistError('DATA_FILE_DAMAGED', `The copy ${path} is damaged: ${String(verdict)}`, {
      hint: 'Run `projectionist log check` on the folder that was copied, and look at both disks.',
      evidence: { file: path },
    });
  } finally {
    db.close();
  }
}
