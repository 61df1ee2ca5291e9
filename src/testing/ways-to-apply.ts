/** How a test's events reach the views. */
export interface WayToApply {
  /** The rest of a sentence: "applied …". */
  readonly name: string;
  /** The most events of a batch, each of which is a transaction. */
  readonly batchSize: number;
  /** Whether each batch is applied by a new projector, which goes on from the checkpoint that it finds. */
  readonly isInterrupted?: boolean;
  /** Whether every event is delivered once more, under the same id, after it was applied. */
  readonly isRedelivered?: boolean;
}

export const AT_ONCE: WayToApply = { name: 'all at once', batchSize: Infinity };

const OTHERS: readonly WayToApply[] = [
  { name: 'again from the start, and then delivered once more', batchSize: Infinity, isRedelivered: true },
  { name: 'one by one', batchSize: 1 },
  { name: 'in batches of 2, with an interruption after each', batchSize: 2, isInterrupted: true },
  { name: 'in batches of 7', batchSize: 7 },
];

/** The other ways in which an engine may come to apply a log of so many events. */
export function otherWays(events: number): WayToApply[] {
  return OTHERS.filter(({ batchSize }) => batchSize === Infinity || batchSize < events);
}
