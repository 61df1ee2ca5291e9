import { ProjectionistError } from '../errors.ts';
import { describeHolder, forgetHolder, noteHolder, readHolder } from './lock-holder.ts';
import { openDatabase, type SqliteDatabase } from './open.ts';
import { isBusy, storageError } from './storage-error.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive lock that the operating system drops when the process ends, however it ends: an open write
 * transaction on a database of its own, in which nothing is ever written. Returns undefined while another process (or
 * this one) holds it.
 */
export function tryLock(path: string): Lock | undefined {
  return lockWithin(path, 0);
}

function lockWithin(path: string, milliseconds: number): Lock | undefined {
  const db = openDatabase(path, { purpose: 'lock', busyTimeout: milliseconds });
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    if (isBusy(error)) return undefined;
    throw storageError(error, path);
  }
  held.add(db);
  return { release: () => release(db) };
}

/** Kept here, because a connection that nobody refers to is collected, and its lock with it. */
const held = new Set<SqliteDatabase>();

function release(db: SqliteDatabase): void {
  held.delete(db);
  db.close();
}

/** Milliseconds for which somebody may hold the lock who only wanted to know whether it is held. */
const PROBE = 250;

/**
 * As `tryLock`, but a lock that is held is an error with `message` and who holds it, which is noted down beside the lock:
 * in a file of its own, that is there to be read and decides nothing.
 */
export function requireLock(path: string, message: string, hint: string): Lock {
  const lock = lockWithin(path, PROBE);
  if (lock === undefined) throw refusal(path, message, hint);
  noteHolder(path);
  return {
    release: () => {
      forgetHolder(path);
      lock.release();
    },
  };
}

function refusal(path: string, message: string, hint: string): ProjectionistError {
  const holder = readHolder(path);
  return new ProjectionistError(
    'LOCKED',
    holder === undefined ? message : `${message} (${describeHolder(holder)})`,
    { hint, evidence: { file: path, ...(holder && { actual: `${holder.host}:${holder.pid}` }) } },
  );
}
