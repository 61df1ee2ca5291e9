import type { SqliteDatabase } from '../../database/open.ts';
import type { Found } from '../asked-query.ts';
import { openGeneration } from '../open-generation.ts';
import type { Scan } from './scan.ts';

/** Files that one process keeps open at most. */
const MOST_OPEN = 8;

/** The generations that a reader process has open: the least recently read is closed first. */
export class OpenFiles {
  readonly #open = new Map<string, SqliteDatabase>();

  /** Throws DATA_FOLDER_UNUSABLE where the file is gone, and what SQLite throws. */
  run({ path, sql, values }: Scan): Found {
    const db = this.#open.get(path) ?? openGeneration(path);
    this.#open.delete(path);
    this.#open.set(path, db);
    const oldest = this.#open.size > MOST_OPEN ? this.#open.keys().next().value : undefined;
    if (oldest !== undefined) this.close(oldest);
    // A scan takes far longer than preparing it: statements are not worth keeping.
    return db
      .prepare(sql)
      .raw()
      .get(...values) as Found;
  }

  close(path: string): void {
    this.#open.get(path)?.close();
    this.#open.delete(path);
  }
}
