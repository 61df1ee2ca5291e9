import type { LiveMessage } from './message.ts';

/** A message, and between which positions the result changed so. */
export interface Step {
  /** Counted from 1 for each query: two steps may have the same position, where another generation became live. */
  readonly number: number;
  /** The greatest position at which the result was still the one before. */
  readonly from: number;
  readonly message: LiveMessage;
}

const MOST_STEPS = 100;
const MOST_CHARACTERS = 256 * 1024;

/** The latest messages of a live query, bounded by number and size, for readers that are behind or come back. */
export class History {
  readonly #steps: Step[] = [];
  #characters = 0;
  #last = 0;
  /** From this position on nothing is missing. */
  #since: number;

  constructor(position: number) {
    this.#since = position;
  }

  /** The number of the latest step; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** What its messages take together. */
  get characters(): number {
    return this.#characters;
  }

  add(from: number, message: LiveMessage): void {
    this.#last += 1;
    this.#steps.push({ number: this.#last, from, message });
    this.#characters += message.data.length;
    // The newest stays, however large it is: readers that are not behind need it.
    while (this.#steps.length > MOST_STEPS || (this.#characters > MOST_CHARACTERS && this.#steps.length > 1))
      this.#forget();
  }

  /** The message after a step, or undefined where it is forgotten. */
  after(number: number): LiveMessage | undefined {
    return this.#steps.find((step) => step.number === number + 1)?.message;
  }

  /** The step at which a reader is whose last message was of `position`; undefined where that cannot be told. */
  stepAt(position: number): number | undefined {
    if (position < this.#since) return undefined;
    // Before and after such a step the position is the same, and the rows are not.
    if (this.#steps.some(({ from, message }) => from === position && message.position === position))
      return undefined;
    const taken = this.#steps.findLast(({ message }) => message.position <= position);
    return taken?.number ?? (this.#steps[0]?.number ?? this.#last + 1) - 1;
  }

  #forget(): void {
    const step = this.#steps.shift();
    if (step === undefined) return;
    this.#characters -= step.message.data.length;
    const { position } = step.message;
    this.#since = step.from === position ? position + 1 : position;
  }
}
