import type { SqliteDatabase } from '../../database/open.ts';
import { transactDeferred } from '../../database/transaction.ts';
import { type ErrorReport, reportOf } from '../../errors.ts';
import type { Program } from '../../projection/program.ts';
import { applyError } from './apply-error.ts';
import { Continuity } from './continuity.ts';
import { type ErrorPolicy, NO_POLICY } from './error-policy.ts';
import type { Decision, NewDecision } from '../dead-letters/decision.ts';
import { type DecisionMade, DecisionQueue } from '../dead-letters/decision-queue.ts';
import { failingStatement } from '../dead-letters/failing-statement.ts';
import { LetterFeed } from '../dead-letters/letter-feed.ts';
import { Parking } from '../dead-letters/parking.ts';
import { accessTo, Feed, shareOf } from './feed.ts';
import { type FatalEvent, FatalEvents, isFatal } from './fatal-events.ts';
import { isEventFault, isTooNew } from './faults.ts';
import type { ProgramCode } from './program-code.ts';
import { registerCode } from './register-code.ts';
import { Standing } from './standing.ts';

/**
 * Applies events to one generation, through a connection on which the feed is set up and the log attached. Everything
 * is synchronous, and every call is one transaction: rows, dead letters and checkpoint commit together.
 */
export class Projector {
  readonly program: Program;
  readonly #db: SqliteDatabase;
  readonly #policy: ErrorPolicy;
  readonly #standing: Standing;
  readonly #continuity: Continuity;
  readonly #parking: Parking;
  readonly #decisions: DecisionQueue;
  readonly #fatal: FatalEvents;
  readonly #feed: Readonly<Record<'all' | 'unparked', Feed>>;

  constructor(
    db: SqliteDatabase,
    program: Program,
    code: ProgramCode,
    policy: ErrorPolicy = NO_POLICY,
    now = () => new Date(),
  ) {
    this.program = program;
    this.#db = db;
    this.#policy = policy;
    registerCode(db, program, code);
    this.#standing = new Standing(db, program.projection);
    this.#continuity = new Continuity(db, program.projection);
    this.#parking = new Parking(db, program, now);
    this.#fatal = new FatalEvents(policy.fatal);
    this.#feed = { all: new Feed(db, program, 'all'), unparked: new Feed(db, program, 'unparked') };
    this.#decisions = new DecisionQueue(
      {
        db,
        program,
        parking: this.#parking,
        letters: new LetterFeed(db, program, this.#fatal, code.beforeLetter),
        fatal: this.#fatal,
        errorOf: (position, cause) => applyError(db, program.projection, position, cause),
      },
      this.#standing,
      (position) => this.#continuity.eventAt(position),
    );
    for (const each of policy.fatal ?? []) this.#decisions.noteRetry(each);
    for (const decision of policy.decisions) this.enqueue(decision);
    this.carryOutDue();
  }

  /** The position up to which the generation is applied. */
  get position(): number {
    return this.#standing.position;
  }

  /** Partitions that are parked. */
  get parked(): number {
    return this.#standing.parked;
  }

  /** The position at which the next decision is to be carried out; undefined where none is left. */
  get nextDecisionAt(): number | undefined {
    return this.#decisions.nextAt;
  }

  /** The id of the last decision that it knows, carried out or still due; 0 for none. */
  get lastDecision(): number {
    return this.#decisions.last;
  }

  /** Adds events that are known not to come back. */
  expect(fatal: readonly FatalEvent[]): void {
    this.#fatal.add(fatal);
  }

  /** Adds a decision that was made on the live generation, while this one is built. Throws BUILD_OUTDATED. */
  enqueue(decision: Decision): void {
    this.#decisions.enqueue(decision);
  }

  /** Carries out the decisions that were made where this generation stands. */
  carryOutDue(): void {
    this.#decisions.carryOutDue();
  }

  /** Makes a decision here and now. Throws NOT_PARKED; for a rebuild OPERATION_REFUSED and NOT_FOUND. */
  decide(order: NewDecision): DecisionMade {
    return this.#decisions.decide(order);
  }

  /** The share of the log's events that concern this projection, from 0 to 1. */
  share(head: number): number {
    return shareOf(this.#db, this.program, head);
  }

  /**
   * Applies the events after the checkpoint up to position `to`, in one transaction. Throws LOG_GAP when the next
   * event is not in the log, CHECKPOINT_MOVED when somebody else advanced the checkpoint; whatever a statement raises
   * passes through, and then nothing has changed.
   */
  apply(to: number, share = 1): void {
    const { position: from, parked } = this.#standing;
    if (to <= from) return;
    const feed = this.#feed[parked > 0 ? 'unparked' : 'all'];
    const access = accessTo(from, to, share);
    // Deferred: BEGIN IMMEDIATE would take the attached log's write lock too, and hold up every append.
    transactDeferred(this.#db, () => {
      // An index has no place to look for what is missing in between: then the two ends must do.
      if (access === 'index') this.#continuity.eventAt(from + 1);
      else this.#continuity.requireAll(from, to);
      this.#standing.advance(to, this.#continuity.eventAt(to));
      if (parked > 0) this.#parking.hold(from, to);
      feed.run(from, to, access);
    });
    this.#standing.reached(to);
  }

  /**
   * Applies up to `to`, and does with events that cannot be applied what the policy says. A batch that fails is halved
   * until one event stands alone; after it the batches grow again. Throws APPLY_FAILED, EVENT_HANGS, EVENT_ENDS_THREAD and EVENT_ENDS_PROCESS
   * where it is not to be parked or cannot be,
   * PARK_LIMIT, and what `apply` throws of disk, engine and damage. `onParked` hears of each partition that is parked.
   */
  applyOrPark(to: number, share = 1, onParked: (parked: Parked) => void = () => {}): void {
    let span = to - this.position;
    while (this.position < to) {
      const next = this.position + 1;
      this.#fatal.refuseUntouchable(next);
      // What is known not to come back stands alone.
      const end = Math.max(next, Math.min(to, this.position + span, this.#fatal.after(this.position) - 1));
      try {
        if (this.#fatal.has(next) && !this.#parking.holds(next)) this.#fatal.refuse(next);
        this.apply(end, share);
        span *= 4;
      } catch (error) {
        if (!isEventFault(error)) throw error;
        if (end === next) onParked(this.#park(end, error));
        else span = Math.ceil((end - this.position) / 2);
      }
    }
  }

  #park(position: number, cause: unknown): Parked {
    const error = applyError(this.#db, this.program.projection, position, cause);
    const { onError, parkLimit } = this.#policy;
    if (onError === 'stop' || isTooNew(error)) throw error;
    const statement = isFatal(error)
      ? undefined
      : failingStatement(this.#db, this.program, position, error.evidence.eventType ?? '');
    let partition = '';
    transactDeferred(this.#db, () => {
      this.#standing.advance(position, this.#continuity.eventAt(position));
      partition = this.#parking.park(position, error, statement);
      this.#parking.requireFew(parkLimit);
    });
    this.#standing.reached(position);
    this.#standing.refresh();
    this.#fatal.forget(position);
    return { partition, position, error: reportOf(error) };
  }
}

/** A partition that has just been parked. */
export interface Parked {
  readonly partition: string;
  /** Of the event that could not be applied. */
  readonly position: number;
  readonly error: ErrorReport;
}
