import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { transactDeferred } from '../../database/transaction.ts';
import { type ErrorReport, ProjectionistError, reportOf } from '../../errors.ts';
import type { OnError } from '../../projection/define.ts';
import { type FeedChoice, feedInsert } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';
import { applyError } from './apply-error.ts';
import { lastOfStream } from './apply-stream.ts';
import { carryOut } from '../dead-letters/carry-out.ts';
import type { Decision, DecisionOutcome, NewDecision } from '../dead-letters/decision.ts';
import { notParked } from '../dead-letters/not-parked.ts';
import { failingStatement } from '../dead-letters/failing-statement.ts';
import { Parking } from '../dead-letters/parking.ts';
import { isEventFault, isTooNew } from './faults.ts';
import { type Checkpoint, readCheckpoint } from '../generations/generation-file.ts';
import type { ProgramCode } from './program-code.ts';
import { rebuildStream, streamUnknown } from './rebuild-stream.ts';
import { registerCode } from './register-code.ts';

/** What a projector does about events that cannot be applied, and what was decided about them before. */
export interface ErrorPolicy {
  readonly onError: OnError;
  /** The share of partitions that may be parked, from 0 to 1. */
  readonly parkLimit: number;
  /** In order; each is carried out at its position. */
  readonly decisions: readonly Decision[];
}

const NO_POLICY: ErrorPolicy = { onError: 'stop', parkLimit: 0, decisions: [] };

/** Above this share of the log, reading every event is faster than an index. */
const DENSE_SHARE = 1 / 8;
/** Up to so many positions a scan is cheap whatever the share. */
const SHORT_RANGE = 64;

/**
 * Applies events to one generation, through a connection on which the feed is set up and the log attached. Everything
 * is synchronous, and every call is one transaction: rows, dead letters and checkpoint commit together.
 */
export class Projector {
  readonly program: Program;
  readonly #db: SqliteDatabase;
  readonly #policy: ErrorPolicy;
  readonly #parking: Parking;
  readonly #feed: Readonly<Record<FeedChoice, Readonly<Record<'scan' | 'index', SqliteStatement>>>>;
  readonly #advance: SqliteStatement;
  readonly #eventId: SqliteStatement;
  readonly #count: SqliteStatement;
  /** Decisions that are still to be carried out. */
  readonly #due: Decision[];
  #position: number;
  #revision: number;
  #parked: number;

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
    this.#parking = new Parking(db, program, now);
    this.#feed = { all: prepareFeed(db, program, 'all'), unparked: prepareFeed(db, program, 'unparked') };
    this.#advance = db.prepare(
      'UPDATE projectionist_checkpoint SET position = ?, event_id = ? WHERE position = ? AND revision = ?',
    );
    this.#eventId = db.prepare('SELECT id FROM log.events WHERE position = ?').pluck();
    this.#count = db
      .prepare('SELECT count(*) FROM log.events NOT INDEXED WHERE position > ? AND position <= ?')
      .pluck();
    const { position, revision, parked } = readCheckpoint(db) as Checkpoint;
    this.#position = position;
    this.#revision = revision;
    this.#parked = parked;
    this.#due = [];
    for (const decision of policy.decisions) this.enqueue(decision);
    this.carryOutDue();
  }

  /** The position up to which the generation is applied. */
  get position(): number {
    return this.#position;
  }

  /** Partitions that are parked. */
  get parked(): number {
    return this.#parked;
  }

  /** The position at which the next decision is to be carried out; undefined where none is left. */
  get nextDecisionAt(): number | undefined {
    return this.#due[0]?.position;
  }

  /** The id of the last decision that it knows, carried out or still due; 0 for none. */
  get lastDecision(): number {
    return this.#due.at(-1)?.id ?? this.#revision;
  }

  /** Adds a decision that was made on the live generation, while this one is built. Throws BUILD_OUTDATED. */
  enqueue(decision: Decision): void {
    if (decision.id <= this.#revision) return;
    if (decision.position < this.#position)
      throw new ProjectionistError(
        'BUILD_OUTDATED',
        `A decision about dead letters was made at position ${decision.position}, which this build had passed`,
        { hint: 'Build it again.', evidence: { projection: this.program.projection } },
      );
    this.#due.push(decision);
  }

  /** Carries out the decisions that were made where this generation stands. */
  carryOutDue(): void {
    for (;;) {
      const [next] = this.#due;
      if (next === undefined || next.position > this.#position) return;
      this.#carryOut(next);
      if (this.#revision < next.id) this.#record(next);
      this.#due.shift();
    }
  }

  /** Makes a decision here and now. Throws NOT_PARKED; for a rebuild OPERATION_REFUSED and NOT_FOUND. */
  decide(order: NewDecision): { outcome: DecisionOutcome; decision: Decision | undefined } {
    if (order.kind === 'rebuild') return this.#rebuildStream(order);
    const eventPosition = this.#parking.failingPosition(order.partition);
    if (eventPosition === undefined) throw notParked(this.program.projection, order.partition);
    const eventId = this.#eventAt(eventPosition);
    const decision = { ...order, eventPosition, eventId, position: this.#position };
    const outcome = this.#carryOut(decision);
    return { outcome, decision: this.#revision === decision.id ? decision : undefined };
  }

  /** In one transaction with its record, so that whoever holds an answer from before learns that rows have changed. */
  #rebuildStream(order: NewDecision): { outcome: DecisionOutcome; decision: Decision } {
    const { partition: stream } = order;
    const last = lastOfStream(this.#db, this.program, stream, this.#position);
    if (last === undefined) throw streamUnknown(this.program.projection, stream);
    const decision = { ...order, ...last, position: this.#position };
    const applied = transactDeferred(this.#db, () => {
      const count = rebuildStream(this.#db, this.program, stream, this.#position);
      this.#parking.record(decision);
      return count;
    });
    this.#revision = decision.id;
    return { outcome: { partition: stream, applied, waiting: 0, error: null }, decision };
  }

  #carryOut(decision: Decision): DecisionOutcome {
    const { program } = this;
    const outcome = carryOut(
      {
        db: this.#db,
        program,
        parking: this.#parking,
        errorOf: (position, cause) => applyError(this.#db, this.program.projection, position, cause),
      },
      decision,
    );
    const { revision, parked } = readCheckpoint(this.#db) as Checkpoint;
    this.#revision = revision;
    this.#parked = parked;
    return outcome;
  }

  /** One that changed nothing here still belongs to the history that a build goes through. */
  #record(decision: Decision): void {
    transactDeferred(this.#db, () => this.#parking.record(decision));
    this.#revision = decision.id;
  }

  /** The share of the log's events that concern this projection, from 0 to 1. */
  share(head: number): number {
    if (head === 0) return 1;
    const types = this.program.types.map(() => '?').join(', ');
    const count = this.#db
      .prepare(`SELECT coalesce(sum(events), 0) FROM log.event_types WHERE type IN (${types})`)
      .pluck();
    return (count.get(...this.program.types.map(({ type }) => type)) as number) / head;
  }

  /**
   * Applies the events after the checkpoint up to position `to`, in one transaction. Throws LOG_GAP when the next
   * event is not in the log, CHECKPOINT_MOVED when somebody else advanced the checkpoint; whatever a statement raises
   * passes through, and then nothing has changed.
   */
  apply(to: number, share = 1): void {
    const from = this.#position;
    if (to <= from) return;
    const isSparse = share < DENSE_SHARE && to - from > SHORT_RANGE;
    // Deferred: BEGIN IMMEDIATE would take the attached log's write lock too, and hold up every append.
    transactDeferred(this.#db, () => {
      // An index has no place to look for what is missing in between: then the two ends must do.
      if (isSparse) this.#eventAt(from + 1);
      else this.#requireAll(from, to);
      this.#advanceTo(to);
      if (this.#parked > 0) this.#parking.hold(from, to);
      this.#feed[this.#parked > 0 ? 'unparked' : 'all'][isSparse ? 'index' : 'scan'].run(from, to);
    });
    this.#position = to;
  }

  /**
   * Applies up to `to`, and does with events that cannot be applied what the policy says. A batch that fails is halved
   * until one event stands alone; after it the batches grow again. Throws APPLY_FAILED where it is not to be parked,
   * PARK_LIMIT, and what `apply` throws of disk, engine and damage. `onParked` hears of each partition that is parked.
   */
  applyOrPark(to: number, share = 1, onParked: (parked: Parked) => void = () => {}): void {
    let span = to - this.#position;
    while (this.#position < to) {
      const end = Math.min(to, this.#position + span);
      try {
        this.apply(end, share);
        span *= 4;
      } catch (error) {
        if (!isEventFault(error)) throw error;
        if (end === this.#position + 1) onParked(this.#park(end, error));
        else span = Math.ceil((end - this.#position) / 2);
      }
    }
  }

  #park(position: number, cause: unknown): Parked {
    const error = applyError(this.#db, this.program.projection, position, cause);
    const { onError, parkLimit } = this.#policy;
    if (onError === 'stop' || isTooNew(error)) throw error;
    const statement = failingStatement(this.#db, this.program, position, error.evidence.eventType ?? '');
    let partition = '';
    transactDeferred(this.#db, () => {
      this.#advanceTo(position);
      partition = this.#parking.park(position, error, statement);
      this.#parking.requireFew(parkLimit);
    });
    this.#position = position;
    this.#parked += 1;
    return { partition, position, error: reportOf(error) };
  }

  /** Moves the checkpoint, inside a transaction. First of all, so that a second projector is found out before it touches a row. */
  #advanceTo(to: number): void {
    const from = this.#position;
    if (this.#advance.run(to, this.#eventAt(to), from, this.#revision).changes !== 1) throw this.#moved(from);
  }

  /** Throws LOG_GAP unless the log has every position after `from` up to `to`. Costs a twentieth of applying them. */
  #requireAll(from: number, to: number): void {
    if (this.#count.get(from, to) === to - from) return;
    for (let position = from + 1; position <= to; position += 1) this.#eventAt(position);
  }

  /** The id of an event that must be there. */
  #eventAt(position: number): string {
    const id = this.#eventId.get(position) as string | undefined;
    if (id !== undefined) return id;
    throw new ProjectionistError(
      'LOG_GAP',
      `The log has no event at position ${position}, which comes next`,
      {
        hint: 'The log was replaced or damaged. Restore it, then rebuild.',
        evidence: { projection: this.program.projection, position },
      },
    );
  }

  #moved(from: number): ProjectionistError {
    const found = readCheckpoint(this.#db)?.position;
    return new ProjectionistError(
      'CHECKPOINT_MOVED',
      `Another projector works on this generation: the checkpoint is at ${found}, not at ${from}`,
      {
        hint: 'Let only one process run this projection.',
        evidence: { projection: this.program.projection, expected: from, actual: found },
      },
    );
  }
}

/** A partition that has just been parked. */
export interface Parked {
  readonly partition: string;
  /** Of the event that could not be applied. */
  readonly position: number;
  readonly error: ErrorReport;
}

function prepareFeed(
  db: SqliteDatabase,
  program: Program,
  choice: FeedChoice,
): Record<'scan' | 'index', SqliteStatement> {
  return {
    scan: db.prepare(feedInsert(program, 'scan', choice)),
    index: db.prepare(feedInsert(program, 'index', choice)),
  };
}
