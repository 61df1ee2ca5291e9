import type { SqliteDatabase } from '../../database/open.ts';
import type { AsideContext } from '../aside/job.ts';
import type { GenerationHistory } from '../dead-letters/read.ts';
import { connectFeed, openGeneration } from '../generations/generation-file.ts';
import { Projector } from '../apply/projector.ts';
import type { VerifyTask } from './verify-task.ts';

const LARGEST = 65_535;

/**
 * A replay from the first event, to compare a generation with. Its batches are of 1, 3, 7, 15 … events, which no build's
 * are: what depends on where a batch ends comes to light.
 */
export class SecondReplay {
  readonly path: string;
  readonly #db: SqliteDatabase;
  readonly #projector: Projector;
  readonly #context: AsideContext;
  #size = 1;
  /** How many decisions and fatal events it has been told. */
  #decisions = 0;
  #fatal = 0;

  constructor(path: string, { program, log, policy }: VerifyTask, context: AsideContext) {
    this.path = path;
    this.#context = context;
    this.#db = openGeneration(path, program, log.id, 'bulk');
    try {
      connectFeed(this.#db, program, log.path);
      this.#projector = new Projector(this.#db, program, context.code, policy);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /**
   * Goes on to a position, carrying out at their positions the decisions that the generation has gone through; those
   * that are known already are passed over. Throws what the projector throws, and CLOSED.
   */
  async to(position: number, { decisions, fatal }: GenerationHistory): Promise<void> {
    const { budget, onProgress, requireGoing } = this.#context;
    const projector = this.#projector;
    for (const decision of decisions.slice(this.#decisions)) projector.enqueue(decision);
    this.#decisions = decisions.length;
    projector.expect(fatal.slice(this.#fatal));
    this.#fatal = fatal.length;
    projector.carryOutDue();
    const share = projector.share(position);
    while (projector.position < position) {
      requireGoing();
      const started = performance.now();
      const span = Math.ceil(this.#size / Math.max(share, 1 / 1000));
      projector.applyOrPark(
        Math.min(position, projector.nextDecisionAt ?? Infinity, projector.position + span),
        share,
      );
      projector.carryOutDue();
      if (performance.now() - started < budget / 2) this.#size = Math.min(LARGEST, this.#size * 2 + 1);
      onProgress({ phase: 'replaying', done: projector.position, total: position });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.#db.close();
  }
}
