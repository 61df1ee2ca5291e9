import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';

/** Milliseconds between two looks for other processes' appends. */
const POLL_INTERVAL = 10;

type Listener = (head: number) => void;

/**
 * Tells its listeners when the log has grown. Appends of this process say so themselves; those of other processes are
 * seen by PRAGMA data_version, which costs a look at shared memory and no query.
 */
export class HeadWatch {
  readonly #dataVersion: SqliteStatement;
  readonly #readHead: () => number;
  readonly #listeners = new Set<Listener>();
  #seenVersion: number;
  #head: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(reader: SqliteDatabase, readHead: () => number) {
    this.#dataVersion = reader.prepare('PRAGMA data_version').pluck();
    this.#readHead = readHead;
    this.#seenVersion = this.#dataVersion.get() as number;
    this.#head = readHead();
  }

  /** Adds a listener; the function that is returned removes it. Polling goes on while there are listeners. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#poll(), POLL_INTERVAL);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Reads the head now, and tells the listeners if it moved. */
  check(): void {
    const head = this.#readHead();
    if (head === this.#head) return;
    this.#head = head;
    for (const listener of this.#listeners) listener(head);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const version = this.#dataVersion.get() as number;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.check();
  }
}
