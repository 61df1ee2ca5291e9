import type { SqliteDatabase } from '../../database/open.ts';
import { transact } from '../../database/transaction.ts';
import type { ProjectionState, ProjectionStatus } from './status.ts';

/** 'orphaned': the process that runs the folder's projections has no definition that declares it. */
export type SeenState = ProjectionState | 'orphaned';

/** What the process that runs a projection has seen of it, for those who look at the files alone. */
export interface SeenStatus extends Pick<
  ProjectionStatus,
  'views' | 'parked' | 'movedAt' | 'retry' | 'error' | 'lastError'
> {
  readonly state: SeenState;
  /** When the oldest event that was not applied was seen in the log, ISO 8601; null where there was none. */
  readonly behindSince: string | null;
}

interface StatusRow {
  readonly at: string;
  readonly status: string;
}

/** The catalogue's table of what was seen of each projection, and when. */
export class StatusTable {
  static readonly migration = `CREATE TABLE statuses (
    projection TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    status TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`;

  readonly #db: SqliteDatabase;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  find(projection: string): { readonly at: string; readonly seen: SeenStatus } | undefined {
    const row = this.#db.prepare('SELECT at, status FROM statuses WHERE projection = ?').get(projection);
    if (row === undefined) return undefined;
    const { at, status } = row as StatusRow;
    return { at, seen: JSON.parse(status) as SeenStatus };
  }

  /** The names of all projections of which something was seen. */
  names(): string[] {
    return this.#db.prepare('SELECT projection FROM statuses').pluck().all() as string[];
  }

  /**
   * Writes what was seen of some projections, in one transaction that waits for no disk: it is written on the thread that
   * answers queries, a large build may keep the disk busy meanwhile, and after a power cut it would be out of date anyway.
   */
  write(seen: ReadonlyMap<string, SeenStatus>, now: Date): void {
    const statement = this.#db.prepare(
      `INSERT INTO statuses VALUES (?, ?, ?)
       ON CONFLICT (projection) DO UPDATE SET at = excluded.at, status = excluded.status`,
    );
    this.#db.pragma('synchronous = NORMAL');
    try {
      transact(this.#db, () => {
        for (const [name, status] of seen) statement.run(name, now.toISOString(), JSON.stringify(status));
      });
    } finally {
      this.#db.pragma('synchronous = FULL');
    }
  }
}
