import type { Format } from '../database/migrate.ts';

/** The tables of a log. `schema` is the name under which the file is attached, for the testing kit's copy in memory. */
export function logTables(schema = 'main'): string {
  return `
    CREATE TABLE ${schema}.log (id TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
    INSERT INTO ${schema}.log VALUES (lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
    CREATE TABLE ${schema}.events (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      stream TEXT NOT NULL,
      version INTEGER NOT NULL,
      type TEXT NOT NULL,
      schema_version INTEGER NOT NULL,
      time TEXT NOT NULL,
      data BLOB NOT NULL,
      metadata BLOB
    ) STRICT;
    CREATE UNIQUE INDEX ${schema}.events_by_id ON events (id);
    CREATE UNIQUE INDEX ${schema}.events_by_stream ON events (stream, version);
    CREATE INDEX ${schema}.events_by_type ON events (type);
    CREATE TABLE ${schema}.event_types (type TEXT PRIMARY KEY, events INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `;
}

/** What belongs together, by an event's metadata. */
export const CORRELATION = "metadata ->> '$.correlationId'";

/** 'PJlg' in ASCII. */
export const LOG_FORMAT: Format = {
  name: 'event log',
  applicationId: 0x504a6c67,
  migrations: [
    logTables(),
    `CREATE INDEX events_by_correlation ON events (${CORRELATION}) WHERE ${CORRELATION} IS NOT NULL`,
  ],
};
