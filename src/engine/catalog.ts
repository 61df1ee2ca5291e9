import { type Format, migrate } from '../database/migrate.ts';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { transact } from '../database/transaction.ts';
import type { ErrorReport } from '../errors.ts';
import type { Program } from '../projection/program.ts';
import { CommandTable } from './commands/command-table.ts';
import { PauseTable } from './states/pause-table.ts';
import { DecisionTable } from './decision-table.ts';
import { StatusTable } from './states/status-table.ts';

/**
 * building: being filled; live: answers queries; retired: was live, kept for rollback; failed: could not be built.
 */
export type GenerationState = 'building' | 'live' | 'retired' | 'failed';

export interface Generation {
  readonly projection: string;
  /** Counted from 1 for each projection, and never given twice: with a position it names what an answer was made of. */
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
  /** True for a build that is to be verified before it becomes live: whoever takes it up after a kill does that too. */
  readonly mustVerify: boolean;
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
     CREATE TABLE projections (
       name TEXT PRIMARY KEY,
       last_number INTEGER NOT NULL,
       rolled_back_from TEXT
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE commands (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       name TEXT NOT NULL,
       projection TEXT NOT NULL,
       asked_at TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('asked', 'running', 'done', 'failed')),
       answer TEXT
     ) STRICT;`,
    'ALTER TABLE commands ADD COLUMN arguments TEXT',
    PauseTable.migration,
    `CREATE TABLE decisions (
       projection TEXT NOT NULL,
       id INTEGER NOT NULL,
       decision TEXT NOT NULL,
       PRIMARY KEY (projection, id)
     ) STRICT, WITHOUT ROWID`,
    StatusTable.migration,
    'ALTER TABLE generations ADD COLUMN must_verify INTEGER NOT NULL DEFAULT 0',
  ],
};

const COLUMNS =
  'projection, number, file, program, state, created_at AS createdAt, live_at AS liveAt, boot, error, must_verify AS mustVerify';

/** Which generations there are and which is live: `data/catalog.db`. */
export class Catalog {
  readonly commands: CommandTable;
  readonly pauses: PauseTable;
  readonly decisions: DecisionTable;
  readonly statuses: StatusTable;
  readonly #db: SqliteDatabase;

  constructor(path: string) {
    this.#db = openDatabase(path, { purpose: 'durable' });
    migrate(this.#db, CATALOG_FORMAT);
    this.commands = new CommandTable(this.#db);
    this.pauses = new PauseTable(this.#db);
    this.decisions = new DecisionTable(this.#db);
    this.statuses = new StatusTable(this.#db);
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
    return this.#db
      .prepare('SELECT DISTINCT projection FROM generations ORDER BY 1')
      .pluck()
      .all() as string[];
  }

  /** The names of all projections of which anything is kept, defined or not. */
  names(): string[] {
    return [...new Set([...this.projections(), ...this.statuses.names()])].toSorted();
  }

  find(projection: string, state: 'live' | 'building'): Generation | undefined {
    const row = this.#db
      .prepare(`SELECT ${COLUMNS} FROM generations WHERE projection = ? AND state = ?`)
      .get(projection, state);
    return row === undefined ? undefined : generationOf(row as GenerationRow);
  }

  /** Registers the next generation of a projection, as building. */
  add(program: Program, boot: string, now: Date, mustVerify = false): Generation {
    return transact(this.#db, () => {
      const { projection } = program;
      const number = this.#db
        .prepare(
          `INSERT INTO projections VALUES (?, 1, NULL)
           ON CONFLICT (name) DO UPDATE SET last_number = last_number + 1 RETURNING last_number`,
        )
        .pluck()
        .get(projection) as number;
      const file = `views/${projection}-${number}.db`;
      this.#db
        .prepare("INSERT INTO generations VALUES (?, ?, ?, ?, 'building', ?, NULL, ?, NULL, ?)")
        .run(projection, number, file, JSON.stringify(program), now.toISOString(), boot, mustVerify ? 1 : 0);
      return this.find(projection, 'building') as Generation;
    });
  }

  /**
   * Makes a generation live in one transaction and retires the one that was, which stays for a rollback. Returns those
   * that nobody will ask for any more: they are forgotten, and their files can go. `rolledBackFrom` is the hash of the
   * program that a user turns away from with this.
   */
  makeLive(
    { projection, number }: Generation,
    now: Date,
    rolledBackFrom: string | undefined,
    isReset = false,
  ): Generation[] {
    return transact(this.#db, () => {
      if (isReset) this.decisions.forget(projection);
      const gone = this.generations(projection).filter(
        (other) => other.number !== number && (other.state === 'retired' || other.state === 'failed'),
      );
      for (const generation of gone) this.remove(generation);
      this.#db
        .prepare("UPDATE generations SET state = 'retired' WHERE projection = ? AND state = 'live'")
        .run(projection);
      this.#db
        .prepare(
          "UPDATE generations SET state = 'live', live_at = ?, error = NULL WHERE projection = ? AND number = ?",
        )
        .run(now.toISOString(), projection, number);
      this.setRolledBack(projection, rolledBackFrom);
      return gone;
    });
  }

  fail({ projection, number }: Generation, error: ErrorReport): void {
    this.#db
      .prepare("UPDATE generations SET state = 'failed', error = ? WHERE projection = ? AND number = ?")
      .run(JSON.stringify(error), projection, number);
  }

  remove({ projection, number }: Generation): void {
    this.#db.prepare('DELETE FROM generations WHERE projection = ? AND number = ?').run(projection, number);
  }

  /** The hash of the program that a user rolled back from, and that is not to be built again unasked. */
  rolledBackFrom(projection: string): string | undefined {
    const statement = this.#db.prepare('SELECT rolled_back_from FROM projections WHERE name = ?').pluck();
    return (statement.get(projection) as string | null | undefined) ?? undefined;
  }

  setRolledBack(projection: string, hash: string | undefined): void {
    this.#db
      .prepare('UPDATE projections SET rolled_back_from = ? WHERE name = ?')
      .run(hash ?? null, projection);
  }

  /** The files of all generations, relative to the data folder. */
  files(): string[] {
    return this.#db.prepare('SELECT file FROM generations').pluck().all() as string[];
  }

  close(): void {
    this.#db.close();
  }
}

type GenerationRow = Omit<Generation, 'program' | 'error' | 'mustVerify'> & {
  readonly mustVerify: number;
  readonly program: string;
  readonly error: string | null;
};

function generationOf(row: GenerationRow): Generation {
  return {
    ...row,
    program: JSON.parse(row.program) as Program,
    mustVerify: row.mustVerify === 1,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
  };
}
