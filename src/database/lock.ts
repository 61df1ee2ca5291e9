import { ProjectionistError } from '../errors.ts';
import { openDatabase } from './open.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes an exclusive lock that the operating system drops when the process ends, however it ends: an open write
 * transaction on a small database of its own. Returns undefined while another process (or this one) holds it.
 */
export function tryLock(path: string): Lock | undefined {
  const db = openDatabase(path, { purpose: 'derived', busyTimeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
  return { release: () => void db.close() };
}

/** As `tryLock`, but a lock that is held is an error with `message`. */
export function requireLock(path: string, message: string, hint: string): Lock {
  const lock = tryLock(path);
  if (lock === undefined) throw new ProjectionistError('LOCKED', message, { hint, evidence: { file: path } });
  return lock;
}
