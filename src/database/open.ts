import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ProjectionistError } from '../errors.ts';
import { isBusy, storageError } from './storage-error.ts';

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
  | 'read'
  /** Holds no data: see lock.ts. */
  | 'lock';

/**
 * SQLite before 3.51.3 can, in rare interleavings of a checkpoint with a writer, reset a write-ahead log that still
 * holds committed pages (https://sqlite.org/wal.html, "the WAL-reset bug").
 */
const OLDEST_SQLITE = [3, 51, 3] as const;

const PRAGMAS: Record<Purpose, readonly string[]> = {
  // FULL: one fsync of the WAL at each commit, so that "acknowledged" means "on disk". The size limit gives back the
  // disk space of a WAL that one large import has made.
  durable: [
    'journal_mode = WAL',
    'synchronous = FULL',
    'cache_size = -16000',
    'journal_size_limit = 67108864',
  ],
  // NORMAL: no fsync at commit, one at each WAL checkpoint; a WAL frame is checksummed, so a torn tail is dropped whole.
  derived: ['journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -32000'],
  // OFF: the operating system decides when to write. The generation is synced once, before it becomes live.
  bulk: ['journal_mode = WAL', 'synchronous = OFF', 'cache_size = -64000', 'wal_autocheckpoint = 4000'],
  read: ['query_only = ON', 'cache_size = -16000'],
  // MEMORY: no file beside it, and a rollback journal's BEGIN IMMEDIATE is one lock that exactly one process gets.
  // Turning WAL on would need a second, exclusive lock, for which two processes can refuse each other.
  lock: ['journal_mode = MEMORY'],
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
  const timeout = options.busyTimeout ?? 5000;
  if (path !== ':memory:') prepareFolder(path, isRead || options.mustExist === true);
  let db: SqliteDatabase | undefined;
  try {
    db = new Database(path, { readonly: isRead, fileMustExist: options.mustExist ?? false, timeout });
    refuseOldSqlite(db);
    applyPragmas(db, options.purpose, timeout);
    return db;
  } catch (error) {
    db?.close();
    throw storageError(error, path);
  }
}

/**
 * Sets the pragmas of a purpose. Turning WAL on fails with SQLITE_BUSY at once, whatever the busy timeout, while another
 * process does the same to a new file; so it is tried again for `patience` milliseconds.
 */
export function applyPragmas(db: SqliteDatabase, purpose: Purpose, patience = 0): void {
  const giveUpAt = performance.now() + patience;
  for (const pragma of PRAGMAS[purpose]) {
    while (!wasSet(db, pragma, giveUpAt)) sleep(RETRY_PAUSE);
  }
}

const RETRY_PAUSE = 2;

/** False when another connection is in the way and there is time left to try again. */
function wasSet(db: SqliteDatabase, pragma: string, giveUpAt: number): boolean {
  try {
    db.pragma(pragma);
    return true;
  } catch (error) {
    if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    return false;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
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
  throw new ProjectionistError('SQLITE_TOO_OLD', `SQLite ${version} can lose committed data`, {
    hint: `Install a better-sqlite3 that carries SQLite ${OLDEST_SQLITE.join('.')} or newer.`,
    evidence: { expected: OLDEST_SQLITE.join('.'), actual: version },
  });
}

/** Compares a dotted version with its least acceptable parts; a part that is missing counts as 0. */
export function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
