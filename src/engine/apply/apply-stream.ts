import type { SqliteDatabase } from '../../database/open.ts';
import { feedInsertOf, typeList } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';

/** The events of one stream. */
export interface StreamRange {
  readonly stream: string;
  /** The last position. */
  readonly to: number;
  /** Positions that are left out. */
  readonly except: readonly number[];
}

/**
 * Feeds the events of one stream, and no other ones, through a connection on which the feed is set up and the log
 * attached. Answers how many there were. The transaction is the caller's.
 */
export function applyStream(
  db: SqliteDatabase,
  program: Program,
  { stream, to, except }: StreamRange,
): number {
  const positions = `SELECT position FROM log.events WHERE stream = ? AND position <= ? AND type IN (${typeList(program)})
    AND position NOT IN (SELECT value FROM json_each(?))`;
  const values = [stream, to, JSON.stringify(except)];
  db.prepare(feedInsertOf(program, positions)).run(...values);
  return db
    .prepare(`SELECT count(*) FROM (${positions})`)
    .pluck()
    .get(...values) as number;
}

/** The last event of a stream that concerns a program, up to a position; undefined where there is none. */
export function lastOfStream(
  db: SqliteDatabase,
  program: Program,
  stream: string,
  to: number,
): { readonly eventPosition: number; readonly eventId: string } | undefined {
  const sql = `SELECT position AS eventPosition, id AS eventId FROM log.events
    WHERE stream = ? AND position <= ? AND type IN (${typeList(program)}) ORDER BY version DESC LIMIT 1`;
  return db.prepare(sql).get(stream, to) as { eventPosition: number; eventId: string } | undefined;
}

/** Positions of a generation that no row was made from: parked letters, and events that were discarded. */
export function positionsLeftOut(db: SqliteDatabase): number[] {
  return db
    .prepare(
      `SELECT position FROM main.projectionist_letters UNION
       SELECT json_extract(decision, '$.eventPosition') FROM main.projectionist_decisions
       WHERE json_extract(decision, '$.kind') = 'discard'`,
    )
    .pluck()
    .all() as number[];
}
