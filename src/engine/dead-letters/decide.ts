import { ProjectionistError } from '../../errors.ts';
import type { Catalog } from '../catalog.ts';
import { peekCheckpoint } from '../generations/generation-file.ts';
import { paused } from '../states/obstacles.ts';
import type { Succession } from '../generations/succession.ts';
import type { Decision, DecisionOutcome } from './decision.ts';
import { readDecisions } from './read.ts';

/** What somebody wants to have done about a parked partition. */
export interface DecisionRequest {
  readonly kind: Decision['kind'];
  readonly partition: string;
  /** Why; a discard needs one. */
  readonly reason?: string | undefined;
  /** Who; kept with the decision. */
  readonly by?: string | undefined;
}

export interface DecisionContext {
  readonly catalog: Catalog;
  readonly now: () => Date;
  /** Told after a decision has changed rows at a position. */
  readonly onDecision: (projection: string, decision: Decision) => void;
}

/** Makes the decisions about one projection's dead letters, one after the other, and keeps them for later builds. */
export class Decisions {
  readonly #projection: string;
  readonly #context: DecisionContext;
  readonly #succession: Succession;
  #last: Promise<unknown> = Promise.resolve();

  constructor(projection: string, context: DecisionContext, succession: Succession) {
    this.#projection = projection;
    this.#context = context;
    this.#succession = succession;
  }

  /** Rejects with NOT_PARKED, REASON_MISSING, PROJECTION_PAUSED, and PROJECTION_BUSY while a build stands further on than what is live. */
  make(request: DecisionRequest): Promise<DecisionOutcome> {
    const made = this.#last.then(() => this.#make(request));
    this.#last = made.catch(() => {});
    return made;
  }

  async #make({ kind, partition, reason, by }: DecisionRequest): Promise<DecisionOutcome> {
    const { catalog, now } = this.#context;
    if (kind === 'discard' && (reason ?? '').trim() === '') throw reasonMissing();
    const live = this.#requireLive();
    this.keepUp();
    const id = catalog.decisions.nextId(this.#projection);
    const at = now().toISOString();
    const order = { id, kind, partition, reason: reason ?? null, by: by ?? null, at };
    const { outcome, decision } = await live.decide(order);
    if (decision === undefined) return outcome;
    if (this.#succession.live?.generation.number !== live.generation.number)
      throw this.#busy('has changed to another generation, which knows nothing of this decision');
    this.#keep(decision);
    return outcome;
  }

  /** Takes up what the live generation has been through and nobody was told of: its thread ended before it could say so. */
  keepUp(): void {
    const { live } = this.#succession;
    // A file that is gone or damaged tells nothing any more.
    if (live === undefined || peekCheckpoint(live.path) === undefined) return;
    for (const decision of readDecisions(live.path)) this.#keep(decision);
  }

  #keep(decision: Decision): void {
    const { catalog, onDecision } = this.#context;
    if (!catalog.decisions.record(this.#projection, decision)) return;
    const { build } = this.#succession;
    // A reset keeps nothing of what was.
    if (build?.plan.isReset !== true) build?.run?.enqueue(decision);
    onDecision(this.#projection, decision);
  }

  #requireLive() {
    const { live, build, pause } = this.#succession;
    if (pause !== null) throw paused(this.#projection, pause);
    if (live === undefined)
      throw new ProjectionistError('PROJECTION_NOT_READY', `${this.#projection} has no live generation yet`, {
        hint: 'What it parks while it is built can be decided about when it is live.',
        evidence: { projection: this.#projection },
      });
    const isBehind = build?.run !== undefined && (build.run.isBuilt || build.run.position > live.position);
    if (isBehind)
      throw this.#busy('is about to change to another generation, which has come further already');
    return live;
  }

  #busy(why: string): ProjectionistError {
    return new ProjectionistError('PROJECTION_BUSY', `${this.#projection} ${why}`, {
      hint: 'Try again when that one is live.',
      evidence: { projection: this.#projection },
    });
  }
}

function reasonMissing(): ProjectionistError {
  return new ProjectionistError('REASON_MISSING', 'To discard an event needs a reason', {
    hint: 'Give --reason "…", or {"reason": "…"} over HTTP: it is kept with the decision.',
  });
}
