import { transactDeferred } from '../../database/transaction.ts';
import { errorFrom, ProjectionistError } from '../../errors.ts';
import { lastOfStream } from '../apply/apply-stream.ts';
import type { FatalEvent } from '../apply/fatal-events.ts';
import { rebuildStream, streamUnknown } from '../apply/rebuild-stream.ts';
import type { Standing } from '../apply/standing.ts';
import { carryOut, type DecisionGround } from './carry-out.ts';
import type { Decision, DecisionOutcome, NewDecision } from './decision.ts';
import { notParked } from './not-parked.ts';

/** A decision that was made, and what it came to. */
export interface DecisionMade {
  readonly outcome: DecisionOutcome;
  /** Undefined where it changed nothing, and so is no part of the history. */
  readonly decision: Decision | undefined;
}

/** Carries out decisions on one generation: those of its history at their positions, and new ones where it stands. */
export class DecisionQueue {
  readonly #ground: DecisionGround;
  readonly #standing: Standing;
  readonly #eventIdAt: (position: number) => string;
  /** Decisions that are still to be carried out. */
  readonly #due: Decision[] = [];

  constructor(ground: DecisionGround, standing: Standing, eventIdAt: (position: number) => string) {
    this.#ground = ground;
    this.#standing = standing;
    this.#eventIdAt = eventIdAt;
  }

  /** The position at which the next decision is to be carried out; undefined where none is left. */
  get nextAt(): number | undefined {
    return this.#due[0]?.position;
  }

  /** The id of the last decision that is known, carried out or still due; 0 for none. */
  get last(): number {
    return this.#due.at(-1)?.id ?? this.#standing.revision;
  }

  /** Adds a decision that was made on the live generation. Throws BUILD_OUTDATED where its position is passed. */
  enqueue(decision: Decision): void {
    if (decision.id <= this.#standing.revision) return;
    if (decision.position < this.#standing.position)
      throw new ProjectionistError(
        'BUILD_OUTDATED',
        `A decision about dead letters was made at position ${decision.position}, which this build had passed`,
        { hint: 'Build it again.', evidence: { projection: this.#ground.program.projection } },
      );
    this.#due.push(decision);
  }

  /** Carries out the decisions that were made where this generation stands. */
  carryOutDue(): void {
    for (;;) {
      const [next] = this.#due;
      if (next === undefined || next.position > this.#standing.position) return;
      this.#carryOut(next);
      if (this.#standing.revision < next.id) this.#record(next);
      this.#due.shift();
    }
  }

  /** Takes down that a retry was made, and ended the process. */
  noteRetry({ position, error, retriedAt }: FatalEvent): void {
    if (retriedAt === undefined) return;
    const { db, parking, fatal, errorOf } = this.#ground;
    const report = errorOf(position, errorFrom(error));
    const isNext = transactDeferred(db, () => parking.noteRetry(position, report, retriedAt));
    // Alone it is tried again where somebody asks for that; behind others it is stopped at.
    if (isNext) fatal.forget(position);
  }

  /** Makes a decision here and now. Throws NOT_PARKED; for a rebuild OPERATION_REFUSED and NOT_FOUND. */
  decide(order: NewDecision): DecisionMade {
    if (order.kind === 'rebuild') return this.#rebuildStream(order);
    const { parking, program } = this.#ground;
    const eventPosition = parking.failingPosition(order.partition);
    if (eventPosition === undefined) throw notParked(program.projection, order.partition);
    const eventId = this.#eventIdAt(eventPosition);
    const decision = { ...order, eventPosition, eventId, position: this.#standing.position };
    const outcome = this.#carryOut(decision);
    return { outcome, decision: this.#standing.revision === decision.id ? decision : undefined };
  }

  /** In one transaction with its record, so that whoever holds an answer from before learns that rows have changed. */
  #rebuildStream(order: NewDecision): DecisionMade {
    const { db, program, parking } = this.#ground;
    const { partition: stream } = order;
    const { position } = this.#standing;
    const last = lastOfStream(db, program, stream, position);
    if (last === undefined) throw streamUnknown(program.projection, stream);
    const decision = { ...order, ...last, position };
    const applied = transactDeferred(db, () => {
      const count = rebuildStream(db, program, stream, position);
      parking.record(decision);
      return count;
    });
    this.#standing.refresh();
    return { outcome: { partition: stream, applied, waiting: 0, error: null }, decision };
  }

  #carryOut(decision: Decision): DecisionOutcome {
    const outcome = carryOut(this.#ground, decision);
    this.#standing.refresh();
    return outcome;
  }

  /** One that changed nothing here still belongs to the history that a build goes through. */
  #record(decision: Decision): void {
    transactDeferred(this.#ground.db, () => this.#ground.parking.record(decision));
    this.#standing.refresh();
  }
}
