import type { ErrorReport } from '../../errors.ts';
import type { LiveQuery, Standing } from './live-query.ts';
import type { LiveMessage } from './message.ts';

/** How a live answer ends, other than by its reader: the server stops, or the query has no answer any more. */
export type LiveEnd =
  | { readonly kind: 'stopping' }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

export interface LiveListener {
  /** There may be something to take. */
  readonly onNews: () => void;
  readonly onEnd: (end: LiveEnd) => void;
}

/**
 * One reader of a live query. Nothing is queued for it: it takes the next message when it has room, and one that is too
 * far behind is given the whole result.
 */
export class LiveReader {
  readonly query: LiveQuery;
  readonly #onClose: (reader: LiveReader) => void;
  #listener: LiveListener | undefined;
  /** Undefined while what it has missed is being computed. */
  #standing: Standing | undefined;
  #missed: LiveMessage | undefined;
  #isClosed = false;

  constructor(query: LiveQuery, standing: Standing | undefined, onClose: (reader: LiveReader) => void) {
    this.query = query;
    this.#standing = standing;
    this.#onClose = onClose;
  }

  /** Begins to tell of news; there may be some at once. */
  listen(listener: LiveListener): void {
    this.#listener = listener;
    listener.onNews();
  }

  /** The next message, or undefined until there is news. */
  take(): LiveMessage | undefined {
    const missed = this.#missed;
    this.#missed = undefined;
    if (missed !== undefined || this.#standing === undefined) return missed;
    const next = this.query.next(this.#standing);
    if (next === undefined) return undefined;
    this.#standing = { step: next.step };
    return next.message;
  }

  /** The position at which the reader is, if it has taken all there is; for a heartbeat to tell it. */
  positionIfCurrent(): number | undefined {
    const isCurrent =
      this.#missed === undefined &&
      this.#standing !== undefined &&
      this.query.next(this.#standing) === undefined;
    return isCurrent ? this.query.position : undefined;
  }

  /** Sets where the reader stands after `missed`. */
  resume(standing: Standing, missed?: LiveMessage): void {
    this.#standing = standing;
    this.#missed = missed;
    this.news();
  }

  news(): void {
    this.#listener?.onNews();
  }

  end(end: LiveEnd): void {
    if (this.#isClosed) return;
    this.close();
    this.#listener?.onEnd(end);
  }

  /** Lets go of the query. Whoever opened the reader calls it when nobody reads any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose(this);
  }
}
