/**
 * What a generation's file keeps of events that could not be applied. They commit with the rows and the checkpoint, so
 * that every position up to the checkpoint was applied, did not concern the projection, or is listed here.
 */
export const DEAD_LETTER_TABLES = `
  CREATE TABLE projectionist_parked (
    partition TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    error TEXT NOT NULL,
    statement TEXT,
    parked_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    tried_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE projectionist_letters (position INTEGER PRIMARY KEY, partition TEXT NOT NULL) STRICT;
  CREATE INDEX projectionist_letters_by_partition ON projectionist_letters (partition, position);
  CREATE TABLE projectionist_decisions (
    id INTEGER PRIMARY KEY,
    decision TEXT NOT NULL
  ) STRICT;
  ALTER TABLE projectionist_checkpoint ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE projectionist_checkpoint ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
`;

/** Events that are not to be tried where nobody watches: their handling does not come back. A letter that is applied goes. */
export const FATAL_TABLE = `
  CREATE TABLE projectionist_fatal (position INTEGER PRIMARY KEY, error TEXT NOT NULL) STRICT;
`;
