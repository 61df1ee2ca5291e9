import { type Format, migrate } from '../database/migrate.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { transact } from '../database/transaction.ts';
import type { ErrorReport } from '../errors.ts';
import type { Program } from '../projection/program.ts';

/**
 * building: being filled; live: answers queries; retired: was live, kept for rollback; failed: could not be built.
 */
export type GenerationState = 'building' | 'live' | 'retired' | 'failed';

export interface Generation {
  readonly projection: string;
  /** Counted from 1 for each projection. */
  readonly number: number;
  /** Relative to the data folder. */
  readonly file: string;
  readonly program: Program;
  readonly state: GenerationState;
  readonly createdAt: string;
  readonly liveAt: string | null;
  /** What the machine had been started as when the build began: a build does not outlive a crash of the machine. */
  readonly boot: string;
  readonly error: ErrorReport | null;
}

/** 'PJct' in ASCII. */
const CATALOG_FORMAT: Format = {
  name: 'catalogue',
  applicationId: 0x504a6374,
  migrations: [
    `CREATE TABLE generations (
       projection TEXT NOT NULL,
       number INTEGER NOT NULL,
       file TEXT NOT NULL,
       program TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('building', 'live', 'retired', 'failed')),
       created_at TEXT NOT NULL,
       live_at TEXT,
       boot TEXT NOT NULL,
       error TEXT,
       PRIMARY KEY (projection, number)
     ) STRICT, WITHOUT ROWID;
     CREATE UNIQUE INDEX one_live_generation ON generations (projection) WHERE state = 'live';
     CREATE UNIQUE INDEX one_build ON generations (projection) WHERE state = 'building';
     CREATE TABLE rolled_back (projection TEXT PRIMARY KEY, program_hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE commands (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       name TEXT NOT NULL,
       projection TEXT NOT NULL,
       asked_at TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('asked', 'running', 'done', 'failed')),
       answer TEXT
     ) STRICT;`,
  ],
};

const COLUMNS =
  'projection, number, file, program, state, created_at AS createdAt, live_at AS liveAt, boot, error';

/** Which generations there are and which is live: `data/catalog.db`. */
export class Catalog {
  readonly #db: SqliteDatabase;

  constructor(path: string) {
    this.#db = openDatabase(path, { purpose: 'durable' });
    migrate(this.#db, CATALOG_FORMAT);
  }

  /** Changes when another connection has written. */
  dataVersion(): number {
    return this.#db.pragma('data_version', { simple: true }) as number;
  }

  generations(projection: string): Generation[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM generations WHERE projection = ? ORDER BY number`)
      .all(projection)
      .map((row) => generationOf(row as GenerationRow));
  }

  /** The names of all projections that have a generation, defined or not. */
  projections(): string[] {
    return this.#db.prepare('SELECT DISTINCT projection FROM generations ORDER BY 1').pluck().all() as string[];
  }

  find(projection: string, state: 'live' | 'building'): Generation | undefined {
    const row = this.#db
      .prepare(`SELECT ${COLUMNS} FROM generations WHERE projection = ? AND state = ?`)
      .get(projection, state);
    return row === undefined ? undefined : generationOf(row as GenerationRow);
  }

  /** Registers the next generation of a projection, as building. */
  add(program: Program, boot: string, now: Date): Generation {
    return transact(this.#db, () => {
      const { projection } = program;
      const next = this.#db.prepare('SELECT coalesce(max(number), 0) + 1 FROM generations WHERE projection = ?').pluck();
      const number = next.get(projection) as number;
      const file = `views/${projection}-${number}.db`;
      this.#db
        .prepare("INSERT INTO generations VALUES (?, ?, ?, ?, 'building', ?, NULL, ?, NULL)")
        .run(projection, number, file, JSON.stringify(program), now.toISOString(), boot);
      return this.find(projection, 'building') as Generation;
    });
  }

  /** Makes a generation live in one transaction, and retires the one that was. */
  makeLive({ projection, number }: Generation, now: Date): void {
    transact(this.#db, () => {
      this.#db.prepare("UPDATE generations SET state = 'retired' WHERE projection = ? AND state = 'live'").run(projection);
      this.#db
        .prepare("UPDATE generations SET state = 'live', live_at = ?, error = NULL WHERE projection = ? AND number = ?")
        .run(now.toISOString(), projection, number);
    });
  }

  fail({ projection, number }: Generation, error: ErrorReport): void {
    this.#db
      .prepare("UPDATE generations SET state = 'failed', error = ? WHERE projection = ? AND number = ?")
      .run(JSON.stringify(error), projection, number);
  }

  /** Turns a retired or failed generation into one that is being built, so that it catches up again. */
  reopen({ projection, number }: Generation): void {
    this.#db.prepare("UPDATE generations SET state = 'building', error = NULL WHERE projection = ? AND number = ?").run(projection, number);
  }

  remove({ projection, number }: Generation): void {
    this.#db.prepare('DELETE FROM generations WHERE projection = ? AND number = ?').run(projection, number);
  }

  /** The program that a user rolled back from, and that is not to be built again unasked. */
  rolledBackHash(projection: string): string | undefined {
    return this.#db.prepare('SELECT program_hash FROM rolled_back WHERE projection = ?').pluck().get(projection) as string | undefined;
  }

  setRolledBack(projection: string, hash: string | undefined): void {
    if (hash === undefined) this.#db.prepare('DELETE FROM rolled_back WHERE projection = ?').run(projection);
    else this.#db.prepare('INSERT OR REPLACE INTO rolled_back VALUES (?, ?)').run(projection, hash);
  }

  /** Leaves a command for the process that runs the engine; the id is for `command`. */
  ask(name: string, projection: string, now: Date): number {
    const statement = this.#db.prepare("INSERT INTO commands (name, projection, asked_at, state) VALUES (?, ?, ?, 'asked')");
    return Number(statement.run(name, projection, now.toISOString()).lastInsertRowid);
  }

  asked(): Command[] {
    return this.#db.prepare("SELECT id, name, projection, state, answer FROM commands WHERE state = 'asked' ORDER BY id").all() as Command[];
  }

  command(id: number): Command | undefined {
    return this.#db.prepare('SELECT id, name, projection, state, answer FROM commands WHERE id = ?').get(id) as Command | undefined;
  }

  answer(id: number, state: Command['state'], answer: unknown): void {
    this.#db.prepare('UPDATE commands SET state = ?, answer = ? WHERE id = ?').run(state, JSON.stringify(answer), id);
  }

  close(): void {
    this.#db.close();
  }
}

export interface Command {
  readonly id: number;
  readonly name: string;
  readonly projection: string;
  readonly state: 'asked' | 'running' | 'done' | 'failed';
  /** JSON; null until there is one. */
  readonly answer: string | null;
}

type GenerationRow = Omit<Generation, 'program' | 'error'> & { readonly program: string; readonly error: string | null };

function generationOf(row: GenerationRow): Generation {
  return {
    ...row,
    program: JSON.parse(row.program) as Program,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
  };
}
