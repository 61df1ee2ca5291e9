import type { SqliteDatabase } from '../../database/open.ts';
import { transactDeferred } from '../../database/transaction.ts';
import { type ProjectionistError, reportOf } from '../../errors.ts';
import type { Program } from '../../projection/program.ts';
import { type FatalEvents, isFatal } from '../apply/fatal-events.ts';
import { isEventFault } from '../apply/faults.ts';
import type { Decision, DecisionOutcome } from './decision.ts';
import { failingStatement } from './failing-statement.ts';
import type { LetterFeed } from './letter-feed.ts';
import type { Parking } from './parking.ts';

/** The generation on which a decision is carried out. */
export interface DecisionGround {
  readonly db: SqliteDatabase;
  readonly program: Program;
  readonly parking: Parking;
  readonly letters: LetterFeed;
  readonly fatal: FatalEvents;
  /** The error of the event at a position, from what SQLite said of it. */
  readonly errorOf: (position: number, cause: unknown) => ProjectionistError;
}

/** What stands in the way of a partition's letters. */
interface Obstacle {
  /** Its place among the letters, counted from 0. */
  readonly index: number;
  readonly cause: unknown;
}

/**
 * Carries a decision out, in one transaction with its record: applies the partition's letters in order, up to the first
 * that fails. On a partition that is not parked, or no longer by the event that was decided about, it changes no row.
 */
export function carryOut(ground: DecisionGround, decision: Decision): DecisionOutcome {
  const { db, parking } = ground;
  const { partition, kind } = decision;
  const failing = parking.failingPosition(partition);
  if (
    kind === 'rebuild' ||
    failing === undefined ||
    (kind === 'discard' && failing !== decision.eventPosition)
  ) {
    transactDeferred(db, () => parking.record(decision));
    return { partition, applied: 0, waiting: 0, error: null };
  }
  const all = parking.letters(partition);
  const letters = kind === 'discard' ? all.slice(1) : all;
  return settle(ground, decision, letters, obstacleIn(ground, partition, letters));
}

/** Finds the first letter that cannot be applied, by halving; leaves everything as it was. */
function obstacleIn(
  { db, letters: feed }: DecisionGround,
  partition: string,
  letters: readonly number[],
): Obstacle | undefined {
  let fits = 0;
  let found: Obstacle | undefined;
  let size = letters.length;
  while (size > fits) {
    const fault = faultIn(db, () => feed.apply(partition, letters.slice(0, size)));
    if (fault === undefined) fits = size;
    else found = { index: size - 1, cause: fault.error };
    const end = found === undefined ? letters.length : found.index;
    size = fits + Math.ceil((end - fits) / 2);
  }
  return found;
}

/** What `work` throws, in a transaction that is rolled back. Faults of the disk or the engine pass through. */
function faultIn(db: SqliteDatabase, work: () => void): { error: unknown } | undefined {
  db.exec('BEGIN');
  try {
    work();
    return undefined;
  } catch (error) {
    if (!isEventFault(error)) throw error;
    return { error };
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

function settle(
  { db, program, parking, letters: feed, fatal, errorOf }: DecisionGround,
  decision: Decision,
  letters: readonly number[],
  obstacle: Obstacle | undefined,
): DecisionOutcome {
  const { partition } = decision;
  const applied = obstacle?.index ?? letters.length;
  const stuck = letters[applied];
  const error = stuck === undefined ? undefined : errorOf(stuck, obstacle?.cause);
  // A retry that changes nothing is no part of the history.
  const isIdle = decision.kind === 'retry' && applied === 0 && stuck !== undefined;
  transactDeferred(db, () => {
    feed.apply(partition, letters.slice(0, applied));
    parking.release(partition, stuck === undefined ? Number.MAX_SAFE_INTEGER : stuck - 1);
    if (stuck === undefined || error === undefined) parking.unpark(partition);
    else parking.note(partition, stuck, error, undefined);
    if (!isIdle) parking.record(decision);
  });
  if (stuck !== undefined) {
    fatal.forget(stuck);
    if (!isFatal(error)) nameStatement(db, program, partition, stuck);
  }
  return {
    partition,
    applied,
    waiting: letters.length - applied,
    error: error === undefined ? null : reportOf(error),
  };
}

/** Afterwards, since it is found out by trying on the rows as they are now. */
export function nameStatement(
  db: SqliteDatabase,
  program: Program,
  partition: string,
  position: number,
): void {
  const type = db.prepare('SELECT type FROM log.events WHERE position = ?').pluck().get(position) as string;
  const statement = failingStatement(db, program, position, type);
  db.prepare('UPDATE projectionist_parked SET statement = ? WHERE partition = ?').run(
    statement ?? null,
    partition,
  );
}
