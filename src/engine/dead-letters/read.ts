import { openDatabase, type SqliteDatabase } from '../../database/open.ts';
import type { ErrorReport } from '../../errors.ts';
import type { FatalEvent } from '../apply/fatal-events.ts';
import { peekCheckpoint } from '../generations/generation-file.ts';
import type { Decision } from './decision.ts';

/** A partition that is held back, because one of its events could not be applied. */
export interface ParkedPartition {
  readonly partition: string;
  /** Of the event that could not be applied. */
  readonly position: number;
  readonly eventId: string | null;
  readonly stream: string | null;
  readonly type: string | null;
  /** Dead letters: that event, and every later one of the partition. */
  readonly waiting: number;
  readonly error: ErrorReport;
  /** The statement at which it failed; null where it did not get as far. */
  readonly statement: string | null;
  /** ISO 8601. */
  readonly parkedAt: string;
  readonly attempts: number;
  readonly triedAt: string;
}

const COLUMNS = `partition, position, error, statement, parked_at AS parkedAt, attempts, tried_at AS triedAt,
  (SELECT count(*) FROM projectionist_letters AS letter WHERE letter.partition = parked.partition) AS waiting`;

type ParkedRow = Omit<ParkedPartition, 'error' | 'eventId' | 'stream' | 'type'> & { readonly error: string };

/** The decisions that were carried out on a generation, in order. */
function decisionsIn(db: SqliteDatabase): Decision[] {
  const rows = db
    .prepare('SELECT decision FROM projectionist_decisions ORDER BY id')
    .pluck()
    .all() as string[];
  return rows.map((row) => JSON.parse(row) as Decision);
}

/** What a generation has been through beside the events. */
export interface GenerationHistory {
  readonly decisions: readonly Decision[];
  /** The events at which a replay would hang, or end its thread. */
  readonly fatal: readonly FatalEvent[];
}

/** With the events it makes a generation's rows. */
export function historyIn(db: SqliteDatabase): GenerationHistory {
  return { decisions: decisionsIn(db), fatal: fatalIn(db) };
}

/** The events at which a replay of a generation would hang, or end its thread. */
function fatalIn(db: SqliteDatabase): FatalEvent[] {
  // A file that an earlier version wrote, and that nothing has worked on since.
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'projectionist_fatal'").get() === undefined)
    return [];
  const rows = db.prepare('SELECT position, error FROM projectionist_fatal ORDER BY position').all();
  return (rows as { position: number; error: string }[]).map(({ position, error }) => ({
    position,
    error: JSON.parse(error) as ErrorReport,
  }));
}

/** The same, of a generation's file; none where it is missing or damaged. */
export function readFatal(path: string): FatalEvent[] {
  return peekCheckpoint(path) === undefined ? [] : reading(path, fatalIn);
}

/** The parked partitions of a generation's file, the longest first; at most `limit`. */
export function readParked(path: string, limit: number): ParkedPartition[] {
  return reading(path, (db) =>
    db
      .prepare(`SELECT ${COLUMNS} FROM projectionist_parked AS parked ORDER BY position LIMIT ?`)
      .all(limit)
      .map((row) => parkedOf(row as ParkedRow)),
  );
}

/** One parked partition and the positions of its first letters; undefined where it is not parked. */
export function readPartition(
  path: string,
  partition: string,
  limit: number,
): { parked: ParkedPartition; positions: number[] } | undefined {
  return reading(path, (db) => {
    const row = db
      .prepare(`SELECT ${COLUMNS} FROM projectionist_parked AS parked WHERE partition = ?`)
      .get(partition);
    if (row === undefined) return undefined;
    const positions = db
      .prepare('SELECT position FROM projectionist_letters WHERE partition = ? ORDER BY position LIMIT ?')
      .pluck()
      .all(partition, limit) as number[];
    return { parked: parkedOf(row as ParkedRow), positions };
  });
}

/** The decisions that a generation's file has been through. */
export function readDecisions(path: string): Decision[] {
  return reading(path, decisionsIn);
}

function reading<T>(path: string, read: (db: SqliteDatabase) => T): T {
  const db = openDatabase(path, { purpose: 'read' });
  try {
    db.exec('BEGIN');
    return read(db);
  } finally {
    db.close();
  }
}

function parkedOf(row: ParkedRow): ParkedPartition {
  const error = JSON.parse(row.error) as ErrorReport;
  const { eventId = null, stream = null, eventType: type = null } = error.evidence ?? {};
  const { partition, position, ...rest } = row;
  return { partition, position, eventId, stream, type, ...rest, error };
}
