import { openDatabase } from '../database/open.ts';
import { isDamaged, storageError } from '../database/storage-error.ts';
import { ProjectionistError } from '../errors.ts';

/**
 * Looks whether it is the log that cannot be read, by reading the events after position `after`, and then all of the
 * file. Returns LOG_DAMAGED with the first position that cannot be read, or undefined for a log that is sound.
 */
export function findLogDamage(path: string, after: number): ProjectionistError | undefined {
  let position = after;
  try {
    const db = openDatabase(path, { purpose: 'read', mustExist: true });
    try {
      const events = db.prepare(
        'SELECT position, id, stream, type, time, hex(substr(data, -1)), hex(substr(metadata, -1)) FROM events NOT INDEXED WHERE position > ? ORDER BY position',
      );
      for (const row of events.iterate(after)) ({ position } = row as { position: number });
      const verdict = db.prepare('PRAGMA integrity_check(1)').pluck().get();
      return verdict === 'ok' ? undefined : damagedLog(path, String(verdict));
    } finally {
      db.close();
    }
  } catch (error) {
    const known = storageError(error, path);
    if (!isDamaged(known)) throw known;
    return damagedLog(path, reasonOf(known), position + 1, known);
  }
}

/** What SQLite says of it. */
function reasonOf({ message, cause }: ProjectionistError): string {
  return cause instanceof Error ? cause.message : message;
}

function damagedLog(path: string, reason: string, position?: number, cause?: unknown): ProjectionistError {
  const where = position === undefined ? '' : ` at position ${position}`;
  return new ProjectionistError('LOG_DAMAGED', `The log ${path} is damaged${where}: ${reason}`, {
    hint: 'Stop, run `projectionist log check`, keep the file, and restore the log from a backup (docs/operating.md).',
    evidence: { file: path, position },
    cause,
  });
}

/** As `storageError`, and damage is said to be the log's. */
export function logError(error: unknown, path: string): unknown {
  const known = storageError(error, path);
  return isDamaged(known) ? damagedLog(path, reasonOf(known), undefined, known) : known;
}
