import { openDatabase } from './open.ts';
import { storageError } from './storage-error.ts';

/** Pages that are copied between two looks at whether to go on: 16 MiB of the usual page size. */
const STEP = 4096;

export interface CopyOptions {
  /** Called with the bytes that are copied and those that there are. Throwing from it gives the copy up. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Copies a database that others may be writing to, page by page, into a new file: exactly what one moment's readers see
 * (https://sqlite.org/backup.html). The moment is pinned by a read transaction, so that no write makes it begin anew.
 */
export async function copyDatabase(
  from: string,
  to: string,
  { onProgress }: CopyOptions = {},
): Promise<void> {
  const db = openDatabase(from, { purpose: 'read', mustExist: true });
  try {
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    const pageSize = db.pragma('page_size', { simple: true }) as number;
    await db.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress?.((totalPages - remainingPages) * pageSize, totalPages * pageSize);
        return STEP;
      },
    });
  } catch (error) {
    throw storageError(error, to);
  } finally {
    db.close();
  }
}
