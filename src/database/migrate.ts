import { ProjectionistError } from '../errors.ts';
import type { SqliteDatabase } from './open.ts';
import { transact, transactDeferred } from './transaction.ts';

/** What kind of file a database is, and the steps that bring an older one up to date. */
export interface Format {
  readonly name: string;
  /** Kept in the file's header (PRAGMA application_id), so that a foreign database is recognised. */
  readonly applicationId: number;
  /** SQL scripts; the format's version (PRAGMA user_version) is how many of them a file has had. */
  readonly migrations: readonly string[];
}

/** Brings `db` to the newest version of `format`. Throws DATA_FORMAT_NEWER or DATA_FILE_FOREIGN, and then changes nothing. */
export function migrate(db: SqliteDatabase, format: Format): void {
  // In one transaction: read one by one, the header's numbers could stem from before and after another's migration.
  const found = transactDeferred(db, () => versionOf(db, format));
  if (found === format.migrations.length) return;
  transact(db, () => {
    // Read again under the write lock: another process may have migrated in the meantime.
    const version = versionOf(db, format);
    for (const script of format.migrations.slice(version)) db.exec(script);
    db.pragma(`application_id = ${format.applicationId}`);
    db.pragma(`user_version = ${format.migrations.length}`);
  });
}

function versionOf(db: SqliteDatabase, format: Format): number {
  const applicationId = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (applicationId === 0 && version === 0 && tables === 0) return 0;
  if (applicationId !== format.applicationId) {
    throw new ProjectionistError(
      'DATA_FILE_FOREIGN',
      `${db.name} is a SQLite database, but not a Projectionist ${format.name}`,
      {
        hint: 'Move the file away, or choose another folder with --data.',
        evidence: { file: db.name },
      },
    );
  }
  if (version > format.migrations.length) {
    throw new ProjectionistError(
      'DATA_FORMAT_NEWER',
      `${db.name} was written by a newer Projectionist (format ${version}, this one knows ${format.migrations.length})`,
      { hint: 'Upgrade projectionist, or choose another folder with --data.', evidence: { file: db.name } },
    );
  }
  return version;
}
