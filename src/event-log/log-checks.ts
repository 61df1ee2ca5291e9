import type { SqliteDatabase } from '../database/open.ts';
import type { LogProblem } from './check-log.ts';

type Finding = Omit<LogProblem, 'check'>;

/** One thing that every log has. */
export interface LogCheck {
  readonly name: string;
  /** Positions that are looked at in one go; undefined where all must be. */
  readonly span?: number;
  /** What is wrong with the events after `from`, up to `to`. */
  readonly find: (db: SqliteDatabase, from: number, to: number) => Iterable<Finding>;
}

const SPAN = 20_000;

/** A time that sorts as text: finding the state as of a time relies on it. */
const NORMAL_TIME =
  '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z';

export const LOG_CHECKS: readonly LogCheck[] = [
  { name: 'pages', find: damagedPages },
  { name: 'positions', find: gaps },
  {
    name: 'versions',
    // By the index, in the order of each stream: the version must be the row's number, and positions must rise with it.
    find: rows(
      `SELECT position, 'stream ' || stream || ' has version ' || version || ' where version ' || expected || ' belongs' ||
         iif(version = expected, ', but at a lower position than the version before', '') AS message
       FROM (SELECT position, stream, version, row_number() OVER streams AS expected, lag(position) OVER streams AS before
             FROM events INDEXED BY events_by_stream WINDOW streams AS (PARTITION BY stream ORDER BY version))
       WHERE version <> expected OR before > position`,
    ),
  },
  {
    name: 'ids',
    find: rows(
      `SELECT max(position) AS position, 'the id ' || id || ' stands at positions ' || group_concat(position, ', ') AS message
       FROM events NOT INDEXED GROUP BY id HAVING count(*) > 1`,
    ),
  },
  {
    name: 'events',
    span: SPAN,
    find: rows(
      `SELECT position, CASE
         WHEN json_valid(data, 8) IS NOT 1 THEN 'data is no JSON'
         WHEN metadata IS NOT NULL AND (json_valid(metadata, 8) IS NOT 1 OR json_type(metadata) <> 'object')
           THEN 'metadata is no JSON object'
         WHEN time NOT GLOB '${NORMAL_TIME}' THEN 'the time ' || time || ' is not in UTC with milliseconds'
         WHEN id = '' OR stream = '' OR type = '' THEN 'id, stream or type is empty'
         WHEN schema_version < 1 THEN 'the schema version ' || schema_version || ' is less than 1'
       END AS message
       FROM events NOT INDEXED WHERE position > ? AND position <= ? AND message IS NOT NULL`,
      true,
    ),
  },
  {
    name: 'types',
    find: rows(
      `SELECT NULL AS position, 'the log counts ' || coalesce(counted.events, 0) || ' events of type ' ||
         type || ', and holds ' || coalesce(held.events, 0) AS message
       FROM event_types AS counted
       FULL JOIN (SELECT type, count(*) AS events FROM events NOT INDEXED GROUP BY type) AS held USING (type)
       WHERE counted.events IS NOT held.events`,
    ),
  },
];

function rows(sql: string, isRanged = false): LogCheck['find'] {
  return (db, from, to) => db.prepare(sql).all(...(isRanged ? [from, to] : [])) as Finding[];
}

/** SQLite's own check: pages, indexes, constraints. */
function* damagedPages(db: SqliteDatabase): Generator<Finding> {
  const verdicts = db.prepare('PRAGMA integrity_check').pluck().all() as string[];
  for (const verdict of verdicts) if (verdict !== 'ok') yield { position: null, message: verdict };
}

/** Each stretch of positions that no event has. */
function* gaps(db: SqliteDatabase): Generator<Finding> {
  const found = db
    .prepare(
      `SELECT before + 1 AS first, position - 1 AS last
       FROM (SELECT position, lag(position, 1, 0) OVER (ORDER BY position) AS before FROM events NOT INDEXED)
       WHERE position <> before + 1`,
    )
    .all() as { first: number; last: number }[];
  for (const { first, last } of found) {
    const message =
      first > last
        ? `an event stands at position ${last + 1}: positions count from 1`
        : first === last
          ? `no event stands at position ${first}`
          : `no events stand at positions ${first} to ${last}`;
    yield { position: Math.min(first, last + 1), message };
  }
}
