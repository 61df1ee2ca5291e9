import type { DecisionOutcome } from './engine/dead-letters/decision.ts';
import type { OperationName, OperationOptions } from './engine/commands/operations.ts';
import type { Pause } from './engine/states/status.ts';
import type { Verification } from './engine/verify/verification.ts';

/** What can be asked of a projection, as methods: each is an operation of the engine. */
export abstract class ProjectionOperations {
  abstract operate(projection: string, operation: OperationName, options?: OperationOptions): Promise<object>;

  /**
   * Builds a projection's next generation beside the live one; resolves with its number when it answers. With `verify`
   * a second replay must give the same first: rejects with VERIFICATION_FAILED where it does not.
   */
  rebuild(projection: string, options: { readonly verify?: boolean } = {}): Promise<number> {
    return this.#build(projection, 'rebuild', { verify: options.verify === true });
  }

  /**
   * Derives again what one stream contributed to the live generation; resolves with how many events that were. Rejects
   * with OPERATION_REFUSED where the definition does not allow it to be known.
   */
  async rebuildStream(projection: string, stream: string): Promise<number> {
    const { events } = (await this.operate(projection, 'rebuild', { stream })) as { events: number };
    return events;
  }

  /** Compares a projection's live generation with an independent replay. What differs is in the outcome. */
  verify(projection: string): Promise<Verification> {
    return this.operate(projection, 'verify') as Promise<Verification>;
  }

  /** Goes back to the generation before; resolves with its number when it answers. */
  rollback(projection: string): Promise<number> {
    return this.#build(projection, 'rollback');
  }

  /** Applies a parked partition's letters in order, up to the first that fails again. Rejects with NOT_PARKED. */
  retry(projection: string, partition: string, by?: string): Promise<DecisionOutcome> {
    return this.operate(projection, 'retry', { partition, by }) as Promise<DecisionOutcome>;
  }

  /** Leaves the event out that parked a partition, and applies those behind it. The reason is kept. */
  discard(projection: string, partition: string, reason: string, by?: string): Promise<DecisionOutcome> {
    const options = { partition, reason, by };
    return this.operate(projection, 'discard', options) as Promise<DecisionOutcome>;
  }

  /** Builds a projection from the first event and keeps nothing of what was; resolves with the generation that then answers. */
  reset(projection: string): Promise<number> {
    return this.#build(projection, 'reset');
  }

  /**
   * Lets a projection stand still until `resume`, also after a restart; what it has still answers. Resolves when it does.
   * Rejects with OPERATION_REFUSED where that makes no sense.
   */
  async pause(projection: string, note: { reason?: string; by?: string } = {}): Promise<Pause> {
    const { paused } = (await this.operate(projection, 'pause', note)) as { paused: Pause };
    return paused;
  }

  /** Lets a paused projection go on, and one that has stopped try again. Rejects with OPERATION_REFUSED for others. */
  async resume(projection: string): Promise<void> {
    await this.operate(projection, 'resume');
  }

  async #build(
    projection: string,
    operation: 'rebuild' | 'rollback' | 'reset',
    options?: OperationOptions,
  ): Promise<number> {
    const { generation } = (await this.operate(projection, operation, options)) as { generation: number };
    return generation;
  }
}
