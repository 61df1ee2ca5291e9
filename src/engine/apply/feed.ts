import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { type FeedChoice, feedInsert } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';

/** Above this share of the log, reading every event is faster than an index. */
const DENSE_SHARE = 1 / 8;
/** Up to so many positions a scan is cheap whatever the share. */
const SHORT_RANGE = 64;

type Access = 'scan' | 'index';

/** Lets a range of events in, through a connection on which the feed is set up and the log attached. */
export class Feed {
  readonly #statements: Readonly<Record<Access, SqliteStatement>>;

  constructor(db: SqliteDatabase, program: Program, choice: FeedChoice) {
    this.#statements = {
      scan: db.prepare(feedInsert(program, 'scan', choice)),
      index: db.prepare(feedInsert(program, 'index', choice)),
    };
  }

  /** Applies the events after `from` up to `to`. The transaction is the caller's. */
  run(from: number, to: number, access: Access): void {
    this.#statements[access].run(from, to);
  }
}

/** How to find the events of a range, of which `share` concern the program. */
export function accessTo(from: number, to: number, share: number): Access {
  return share < DENSE_SHARE && to - from > SHORT_RANGE ? 'index' : 'scan';
}

/** The share of the log's events up to its head that concern a program, from 0 to 1. */
export function shareOf(db: SqliteDatabase, { types }: Program, head: number): number {
  if (head === 0) return 1;
  const sql = `SELECT coalesce(sum(events), 0) FROM log.event_types WHERE type IN (${types.map(() => '?').join(', ')})`;
  const count = db
    .prepare(sql)
    .pluck()
    .get(...types.map(({ type }) => type)) as number;
  return count / head;
}
