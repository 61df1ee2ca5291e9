import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import { transactDeferred } from '../database/transaction.ts';
import type { Program } from '../projection/program.ts';
import { openGeneration } from './open-generation.ts';
import { SharedRead } from './shared-read.ts';

/** A generation that answers queries. */
export interface ReadableGeneration {
  readonly projection: string;
  readonly number: number;
  readonly path: string;
  readonly program: Program;
}

const CACHED_STATEMENTS = 500;

/** What, beside the position, tells two answers of a generation apart, and what they may lack. */
export interface Standing {
  /** Raised by each decision about dead letters: it changes rows, and not the position. */
  readonly revision: number;
  /** Partitions whose events wait as dead letters. */
  readonly parked: number;
}

/** A read-only connection to one generation, with its prepared statements. */
export class GenerationReader {
  readonly generation: ReadableGeneration;
  readonly db: SqliteDatabase;
  readonly #shared: SharedRead;
  readonly #position: SqliteStatement;
  readonly #standing: SqliteStatement;
  #lastStanding: Standing;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(generation: ReadableGeneration) {
    this.generation = generation;
    this.db = openGeneration(generation.path);
    this.#shared = new SharedRead(this.db);
    this.#position = this.db.prepare('SELECT position FROM projectionist_checkpoint').pluck();
    this.#standing = this.db.prepare('SELECT revision, parked FROM projectionist_checkpoint');
    this.#lastStanding = this.#standing.get() as Standing;
  }

  /** The position of the rows that the same transaction reads; outside of one, that of now. */
  position(): number {
    this.#shared.end();
    return this.#position.get() as number;
  }

  /** As it was when the generation was last heard of. */
  get standing(): Standing {
    return this.#lastStanding;
  }

  /** Looks again: the generation has committed. */
  look(): void {
    this.#shared.end();
    this.#lastStanding = this.#standing.get() as Standing;
  }

  /** True where the events of a partition wait as dead letters. */
  isParked(partition: string): boolean {
    const sql = 'SELECT EXISTS (SELECT 1 FROM projectionist_parked WHERE partition = ?)';
    return this.prepare(sql).pluck().get(partition) === 1;
  }

  /** Queries may be answered as of an earlier one in this turn of the event loop, unless a commit was heard of since. */
  shareTurn(): void {
    this.#shared.join();
  }

  /** Runs `read` in one read transaction: all that it sees is of one position. */
  snapshot<T>(read: () => T): T {
    this.#shared.end();
    return transactDeferred(this.db, read);
  }

  /** A prepared statement, kept for the next request of the same shape. */
  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare(sql);
    const oldest =
      this.#statements.size >= CACHED_STATEMENTS ? this.#statements.keys().next().value : undefined;
    if (oldest !== undefined) this.#statements.delete(oldest);
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.db.close();
  }
}
