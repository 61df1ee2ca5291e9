import Database from 'better-sqlite3';

type Connection = Database.Database;

/** What is thrown out of a process that has died. The engine takes it for a fault of the disk, and waits for ever. */
export class Died extends Error {
  readonly code = 'SQLITE_IOERR_DIED';
}

/**
 * The place where a simulated process dies: right before or after the n-th statement that its connections run. From then
 * on nothing that it still tries reaches its files.
 */
export class CrashPoint {
  readonly folder: string;
  /** Every connection that has run a statement, so that they can be closed when the process is buried. */
  readonly connections = new Set<Connection>();
  readonly #onDeath: () => void;
  /** How many halves of statements have been run. */
  statements = 0;
  #countdown = Number.POSITIVE_INFINITY;
  #isDead = false;

  constructor(folder: string, onDeath: () => void) {
    this.folder = folder;
    this.#onDeath = onDeath;
    living.add(this);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Dies at the n-th half of a statement from now: each has a moment before it and one after it. */
  arm(halves: number): void {
    this.#countdown = halves;
  }

  disarm(): void {
    this.#countdown = Number.POSITIVE_INFINITY;
  }

  die(): void {
    if (this.#isDead) return;
    this.#onDeath();
    this.#isDead = true;
  }

  bury(): void {
    for (const connection of this.connections) connection.close();
    living.delete(this);
  }

  pass(connection: Connection): void {
    this.connections.add(connection);
    this.statements += 1;
    this.#countdown -= 1;
    if (this.#countdown <= 0) this.die();
    if (this.#isDead) throw new Died('The process has died');
  }
}

const living = new Set<CrashPoint>();

function crashPointOf(connection: Connection): CrashPoint | undefined {
  for (const point of living) if (connection.name.startsWith(`${point.folder}/`)) return point;
  return undefined;
}

/** Lets `work` pass the crash point of its connection before and after it. */
function between<Result>(connection: Connection, work: () => Result): Result {
  const point = crashPointOf(connection);
  point?.pass(connection);
  const result = work();
  point?.pass(connection);
  return result;
}

// oxlint-disable-next-line typescript/unbound-method -- called with its connection
const { exec } = Database.prototype;
Database.prototype.exec = function (this: Connection, sql: string): Connection {
  // What is rolled back never reached a file: the dead may do it, and are tidied up so.
  if (sql.startsWith('ROLLBACK')) return exec.call(this, sql);
  return between(this, () => exec.call(this, sql));
};

const memory = new Database(':memory:');
const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Database.Statement;
memory.close();
// oxlint-disable-next-line typescript/unbound-method -- called with its statement
const { run } = statements;
statements.run = function (this: Database.Statement, ...values: unknown[]): Database.RunResult {
  return between(this.database, () => run.apply(this, values));
};
