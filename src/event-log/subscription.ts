import type { RecordedEvent } from './event.ts';
import type { HeadWatch } from './head-watch.ts';
import type { LogReader, ReadOptions } from './reader.ts';

export interface SubscribeOptions extends Omit<ReadOptions, 'after' | 'before' | 'isDescending'> {
  readonly signal?: AbortSignal;
}

/** Follows the log: the events that are there, then each new one, until it is ended or `limit` events have come. */
export class Subscription {
  readonly #reader: LogReader;
  readonly #watch: HeadWatch;
  readonly #filter: Omit<ReadOptions, 'after' | 'limit'>;
  readonly #signal: AbortSignal | undefined;
  #after: number;
  #left: number;
  #isOver = false;
  #wake = Promise.withResolvers<void>();

  constructor(reader: LogReader, watch: HeadWatch, after: number, options: SubscribeOptions) {
    const { limit, signal, ...filter } = options;
    this.#reader = reader;
    this.#watch = watch;
    this.#filter = filter;
    this.#signal = signal;
    this.#after = after;
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Ends the sequence, at once where it waits for an event. */
  readonly end = (): void => {
    this.#isOver = true;
    this.#wake.resolve();
  };

  /**
   * The events. A generator that waits answers a call of `return` only when it wakes, which may be never; so this one's
   * `return` wakes it.
   */
  events(): AsyncGenerator<RecordedEvent, void> {
    const events = this.#follow();
    const finish = events.return.bind(events);
    events.return = (value) => {
      this.end();
      return finish(value);
    };
    return events;
  }

  async *#follow(): AsyncGenerator<RecordedEvent, void> {
    if (this.#signal?.aborted === true) return;
    this.#signal?.addEventListener('abort', this.end);
    const stop = this.#watch.listen(() => this.#wake.resolve(), this.end);
    try {
      while (this.#goesOn()) {
        this.#wake = Promise.withResolvers();
        for (const event of this.#news()) yield event;
        if (this.#goesOn() && this.#reader.head() <= this.#after) await this.#wake.promise;
      }
    } finally {
      stop();
      this.#signal?.removeEventListener('abort', this.end);
    }
  }

  #goesOn(): boolean {
    return !this.#isOver && this.#left > 0;
  }

  /** The events up to the head of now. */
  *#news(): Generator<RecordedEvent> {
    const head = this.#reader.head();
    for (const event of this.#reader.read({ ...this.#filter, after: this.#after })) {
      if (!this.#goesOn()) return;
      this.#after = event.position;
      this.#left -= 1;
      yield event;
    }
    this.#after = Math.max(this.#after, head);
  }
}
