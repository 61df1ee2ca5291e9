import { openDatabase, type SqliteDatabase, type SqliteStatement } from '../../database/open.ts';

/** Positions of one block: reading their times takes about a millisecond. */
const BLOCK = 4096;

/**
 * Finds the last event that happened at or before a time. Event times need not be in order, so the log is divided into
 * blocks and the earliest time of each is remembered. The first search reads every time once, in short slices between
 * which the thread is free; later ones read what is new, and one block.
 */
export class TimeIndex {
  readonly #db: SqliteDatabase;
  readonly #head: SqliteStatement;
  readonly #earliest: SqliteStatement;
  readonly #last: SqliteStatement;
  /** The earliest time of each whole block, by its number. */
  readonly #blocks: string[] = [];

  constructor(logPath: string) {
    this.#db = openDatabase(logPath, { purpose: 'read' });
    this.#head = this.#db.prepare('SELECT coalesce(max(position), 0) FROM events').pluck();
    this.#earliest = this.#db
      .prepare('SELECT min(time) FROM events WHERE position > ? AND position <= ?')
      .pluck();
    this.#last = this.#db
      .prepare('SELECT max(position) FROM events WHERE position > ? AND position <= ? AND time <= ?')
      .pluck();
  }

  /** The greatest position whose event's time is at or before `time` (UTC, with milliseconds); 0 where there is none. */
  async positionAt(time: string): Promise<number> {
    const head = this.#head.get() as number;
    await this.#readBlocks(Math.floor(head / BLOCK));
    const recent = this.#lastIn(this.#blocks.length * BLOCK, head, time);
    if (recent !== null) return recent;
    const block = this.#blocks.findLastIndex((earliest) => earliest <= time);
    return block === -1 ? 0 : (this.#lastIn(block * BLOCK, (block + 1) * BLOCK, time) as number);
  }

  close(): void {
    this.#db.close();
  }

  async #readBlocks(count: number): Promise<void> {
    while (this.#blocks.length < count && this.#db.open) {
      const from = this.#blocks.length * BLOCK;
      this.#blocks.push(this.#earliest.get(from, from + BLOCK) as string);
      // So that requests are answered meanwhile
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #lastIn(after: number, to: number, time: string): number | null {
    return this.#last.get(after, to, time) as number | null;
  }
}
