const SMALLEST = 500;
const LARGEST = 100_000;

/** Chooses how many positions a batch spans, so that one takes about as long as its budget. */
export class BatchSize {
  readonly #budget: number;
  #size = 1000;

  /** @param budget milliseconds that a batch may take */
  constructor(budget: number) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  /** Learns from a full batch that took so many milliseconds. */
  learn(milliseconds: number): void {
    if (milliseconds < this.#budget / 2) this.#size = Math.min(LARGEST, this.#size * 2);
    else if (milliseconds > this.#budget * 2) this.#size = Math.max(SMALLEST, Math.floor(this.#size / 2));
  }
}
