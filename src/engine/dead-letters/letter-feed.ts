import type { SqliteDatabase } from '../../database/open.ts';
import type { FatalEvents } from '../apply/fatal-events.ts';
import { isPlainData } from '../apply/program-code.ts';
import { feedInsertOf } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';

/** Applies dead letters, on the connection that writes the generation. The transaction is the caller's. */
export class LetterFeed {
  readonly #db: SqliteDatabase;
  readonly #program: Program;
  readonly #fatal: FatalEvents;
  readonly #beforeLetter: ((position: number) => void) | undefined;

  /** @param beforeLetter told before each letter of a program with code, which may hang there */
  constructor(
    db: SqliteDatabase,
    program: Program,
    fatal: FatalEvents,
    beforeLetter?: (position: number) => void,
  ) {
    this.#db = db;
    this.#program = program;
    this.#fatal = fatal;
    this.#beforeLetter = beforeLetter;
  }

  /** Applies letters in order, one after the other where one of them may not come back. */
  apply(partition: string, letters: readonly number[]): void {
    const [first] = letters;
    const last = letters.at(-1);
    if (first === undefined || last === undefined) return;
    if (!isPlainData(this.#program)) for (const letter of letters) this.#applyOne(letter);
    else this.#db.prepare(feedInsertOf(this.#program, LETTERS_BETWEEN)).run(partition, first, last);
  }

  #applyOne(position: number): void {
    this.#fatal.refuse(position);
    this.#beforeLetter?.(position);
    this.#db.prepare(feedInsertOf(this.#program, '?')).run(position);
    this.#db.prepare('DELETE FROM projectionist_fatal WHERE position = ?').run(position);
  }
}

const LETTERS_BETWEEN =
  'SELECT position FROM main.projectionist_letters WHERE partition = ? AND position >= ? AND position <= ?';
