import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ProjectionistError } from '../errors.ts';
import { storageError } from './storage-error.ts';

export type SqliteDatabase = Database.Database;
export type SqliteStatement = Database.Statement;

/** What a connection is for; it decides the pragmas. */
export type Purpose =
  /** The source of truth: an acknowledged commit survives a power cut. */
  | 'durable'
  /** Derived data that can be replayed: survives a kill; a power cut may lose the last commits, never tear one. */
  | 'derived'
  /** A copy that is being built: the fastest that still survives a kill of the process. */
  | 'bulk'
  | 'read';

/**
 * SQLite before 3.51.3 can, in rare interleavings of a checkpoint with a writer, reset a write-ahead log that still
 * holds committed pages (https://sqlite.org/wal.html, "the WAL-reset bug").
 */
const OLDEST_SQLITE = [3, 51, 3] as const;

const PRAGMAS: Record<Purpose, readonly string[]> = {
  // FULL: one fsync of the WAL at each commit, so that "acknowledged" means "on disk".
  durable: ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -16000'],
  // NORMAL: no fsync at commit, one at each WAL checkpoint; a WAL frame is checksummed, so a torn tail is dropped whole.
  derived: ['journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -32000'],
  // OFF: the operating system decides when to write. The generation is synced once, before it becomes live.
  bulk: ['journal_mode = WAL', 'synchronous = OFF', 'cache_size = -64000', 'wal_autocheckpoint = 4000'],
  read: ['query_only = ON', 'cache_size = -16000'],
};

export interface OpenOptions {
  readonly purpose: Purpose;
  /** Milliseconds to wait for another connection's lock before SQLITE_BUSY. */
  readonly busyTimeout?: number;
  /** Fail when the file is not there, in place of making it. */
  readonly mustExist?: boolean;
}

/** Opens a database file, or `:memory:`, with the pragmas of its purpose. Throws DATA_FOLDER_UNUSABLE or SQLITE_TOO_OLD. */
export function openDatabase(path: string, options: OpenOptions): SqliteDatabase {
  const isRead = options.purpose === 'read';
  if (path !== ':memory:') prepareFolder(path, isRead || options.mustExist === true);
  try {
    const db = new Database(path, {
      readonly: isRead,
      fileMustExist: options.mustExist ?? false,
      timeout: options.busyTimeout ?? 5000,
    });
    refuseOldSqlite(db);
    applyPragmas(db, options.purpose);
    return db;
  } catch (error) {
    throw storageError(error, path);
  }
}

export function applyPragmas(db: SqliteDatabase, purpose: Purpose): void {
  for (const pragma of PRAGMAS[purpose]) db.pragma(pragma);
}

function prepareFolder(path: string, mustExist: boolean): void {
  if (mustExist) {
    if (existsSync(path)) return;
    throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no file ${path}`, {
      hint: 'Check --data, or start Projectionist once to create it.',
      evidence: { file: path },
    });
  }
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw storageError(error, dirname(path));
  }
}

function refuseOldSqlite(db: SqliteDatabase): void {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  if (isAtLeast(version, OLDEST_SQLITE)) return;
  db.close();
  throw new ProjectionistError('SQLITE_TOO_OLD', `SQLite ${version} can lose committed data`, {
    hint: `Install a better-sqlite3 that carries SQLite ${OLDEST_SQLITE.join('.')} or newer.`,
    evidence: { expected: OLDEST_SQLITE.join('.'), actual: version },
  });
}

export function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
