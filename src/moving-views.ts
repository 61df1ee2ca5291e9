import type { Scratch } from './engine/as-of/scratch.ts';
import type { GenerationReader } from './query/generation-reader.ts';

/** A projection's views on their way through the log, in a file of their own. */
export class MovingViews {
  readonly reader: GenerationReader;
  readonly #scratch: Scratch;

  constructor(scratch: Scratch, reader: GenerationReader) {
    this.#scratch = scratch;
    this.reader = reader;
  }

  /** Applies every event up to a position. Throws PROJECTION_STOPPED. */
  advance(position: number): Promise<void> {
    return this.#scratch.advance(position);
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.#scratch.close();
  }
}
