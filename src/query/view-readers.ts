import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import { ProjectionistError } from '../errors.ts';
import type { Program, ViewDescription } from '../projection/program.ts';
import { openGeneration } from './open-generation.ts';
import { SharedRead } from './shared-read.ts';
import { didYouMean } from '../nearest.ts';

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
    this.db.exec('BEGIN');
    try {
      return read();
    } finally {
      this.db.exec('COMMIT');
    }
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

/** The readers of all live generations. A generation that is replaced stays open until the next one, for reads in flight. */
export class ViewReaders {
  readonly #current = new Map<string, GenerationReader>();
  readonly #previous = new Map<string, GenerationReader>();
  readonly #views = new Map<string, { readonly reader: GenerationReader; readonly view: ViewDescription }>();
  readonly #onClose: (path: string) => void;

  /** `onClose` hears of each file that is not read here any more. */
  constructor(onClose: (path: string) => void = () => {}) {
    this.#onClose = onClose;
  }

  /** Answers queries on this generation's views from it from now on. */
  use(generation: ReadableGeneration): void {
    const current = this.#current.get(generation.projection);
    const reader = new GenerationReader(generation);
    if (current !== undefined) {
      this.#close(this.#previous.get(generation.projection));
      this.#previous.set(generation.projection, current);
    }
    this.#current.set(generation.projection, reader);
    this.#listViews();
  }

  /** Answers no more queries on the views of other projections than these. */
  keepOnly(projections: readonly string[]): void {
    for (const [name, reader] of this.#current) {
      if (projections.includes(name)) continue;
      this.#current.delete(name);
      this.#close(reader);
    }
    this.#listViews();
  }

  /** The reader of a projection, or undefined while it has no generation. */
  ofProjection(name: string): GenerationReader | undefined {
    return this.#current.get(name);
  }

  /** The reader and description of a view. Throws VIEW_UNKNOWN. */
  ofView(name: string): { reader: GenerationReader; view: ViewDescription } {
    const found = this.#views.get(name);
    if (found !== undefined) return found;
    throw new ProjectionistError('VIEW_UNKNOWN', `There is no view ${name}`, {
      hint: `${didYouMean(name, this.names())}Views: ${this.names().join(', ') || 'none yet'}.`,
    });
  }

  /** The names of all views that can be queried now. */
  names(): string[] {
    return [...this.#current.values()].flatMap(({ generation }) =>
      generation.program.views.map(({ name }) => name),
    );
  }

  close(): void {
    for (const reader of [...this.#current.values(), ...this.#previous.values()]) this.#close(reader);
    this.#current.clear();
    this.#previous.clear();
    this.#views.clear();
  }

  #listViews(): void {
    this.#views.clear();
    for (const reader of this.#current.values())
      for (const view of reader.generation.program.views)
        if (!this.#views.has(view.name)) this.#views.set(view.name, { reader, view });
  }

  #close(reader: GenerationReader | undefined): void {
    if (reader === undefined) return;
    reader.close();
    this.#onClose(reader.generation.path);
  }
}
