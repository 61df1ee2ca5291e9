import { setTimeout as delay } from 'node:timers/promises';
import type { SqliteDatabase } from './open.ts';
import { isBusy } from './storage-error.ts';

/** Milliseconds between two tries: the first is short, for a commit that is just being written. */
const SHORTEST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/**
 * Begins a write transaction, waiting up to `patience` milliseconds for another writer without blocking the thread: the
 * connection's own busy timeout must be zero. Resolves with the milliseconds that it waited. Throws SQLITE_BUSY after that, and the
 * reason of `signal` when it aborts.
 */
export async function beginWrite(
  db: SqliteDatabase,
  patience: number,
  signal?: AbortSignal,
): Promise<number> {
  const started = performance.now();
  let isFree = true;
  signal?.throwIfAborted();
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      db.exec('BEGIN IMMEDIATE');
      return isFree ? 0 : performance.now() - started;
    } catch (error) {
      if (!isBusy(error) || performance.now() > started + patience) throw error;
      isFree = false;
      await delay(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
