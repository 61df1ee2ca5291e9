import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import { logError } from './log-damage.ts';
import type { LogFile } from './log-file.ts';

/** Milliseconds between two looks for other processes' appends. */
const POLL_INTERVAL = 10;

/** Polls between two looks whether the file is still the same. */
const FILE_CHECK = 50;

/** What the watch follows, and who hears when it cannot be followed. */
export interface Watched {
  readonly file: LogFile;
  readonly onFault: (error: unknown) => void;
}

type Listener = (head: number) => void;

interface Listening {
  readonly listener: Listener;
  readonly onClose: () => void;
}

/**
 * Tells its listeners when the log has grown. Appends of this process say so themselves; those of other processes are
 * seen by PRAGMA data_version, which costs a look at shared memory and no query. While somebody listens the process
 * stays alive: a program that follows the log ends when it stops listening, or closes the log.
 */
export class HeadWatch {
  readonly #dataVersion: SqliteStatement;
  readonly #readHead: () => number;
  readonly #isUnsettled: () => boolean;
  readonly #watched: Watched | undefined;
  readonly #listening = new Set<Listening>();
  #seenVersion: number;
  #head: number;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #polls = 0;
  /** The message of the fault that was told last: each is told once, until all is well again. */
  #toldFault: string | undefined;

  constructor(
    reader: SqliteDatabase,
    readHead: () => number,
    isUnsettled: () => boolean = () => false,
    watched?: Watched,
  ) {
    this.#watched = watched;
    this.#dataVersion = reader.prepare('PRAGMA data_version').pluck();
    this.#readHead = readHead;
    this.#isUnsettled = isUnsettled;
    this.#seenVersion = this.#dataVersion.get() as number;
    this.#head = readHead();
  }

  /** The head as it was last seen: while somebody listens at most a poll ago, and read anew where nobody does. */
  get head(): number {
    return this.#timer === undefined ? this.#readHead() : this.#head;
  }

  /** Adds a listener, and what to call when the watch closes; the function that is returned removes both. */
  listen(listener: Listener, onClose: () => void = () => {}): () => void {
    if (this.#isClosed) {
      onClose();
      return () => {};
    }
    const listening = { listener, onClose };
    this.#listening.add(listening);
    this.#timer ??= setInterval(() => this.#pollSafely(), POLL_INTERVAL);
    return () => {
      this.#listening.delete(listening);
      if (this.#listening.size === 0) this.#stopPolling();
    };
  }

  /** Reads the head now, and tells the listeners if it moved. */
  check(): void {
    if (this.#isUnsettled()) return;
    const head = this.#readHead();
    if (head === this.#head) return;
    this.#head = head;
    for (const { listener } of this.#listening) tell(listener, head);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopPolling();
    for (const { onClose } of this.#listening) onClose();
    this.#listening.clear();
  }

  #stopPolling(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A disk that fails for a moment must not end the process. */
  #pollSafely(): void {
    try {
      const isFileDue = this.#polls++ % FILE_CHECK === 0;
      if (isFileDue) this.#watched?.file.requireSame();
      this.#poll();
      // A poll between two looks at the file says nothing of the file.
      if (isFileDue) this.#toldFault = undefined;
    } catch (error) {
      this.#tellFault(error);
    }
  }

  #tellFault(error: unknown): void {
    if (this.#watched === undefined) throw error;
    const known = logError(error, this.#watched.file.path);
    const message = known instanceof Error ? known.message : String(known);
    if (message === this.#toldFault) return;
    this.#toldFault = message;
    this.#watched.onFault(known);
  }

  #poll(): void {
    // Looked at again when it is settled: a version that is marked as seen now would never be told.
    if (this.#isUnsettled()) return;
    const version = this.#dataVersion.get() as number;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.check();
  }
}

/** A listener that throws must spoil neither the append that it hears of nor the other listeners. */
function tell(listener: Listener, head: number): void {
  try {
    listener(head);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
