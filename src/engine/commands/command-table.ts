import type { SqliteDatabase } from '../../database/open.ts';
import { writeExactly } from '../../exact-json.ts';

/** Something that one process asks of the one that runs the engine. */
export interface Command {
  readonly id: number;
  /** The operation, as `operations.ts` names it. */
  readonly name: string;
  readonly projection: string;
  /** JSON; null where the operation takes none. */
  readonly arguments: string | null;
  readonly state: 'asked' | 'running' | 'done' | 'failed';
  /** JSON, to be parsed exactly; null until there is one. */
  readonly answer: string | null;
}

const COLUMNS = 'id, name, projection, arguments, state, answer';

/** The catalogue's commands: how processes that share a data folder ask things of each other. */
export class CommandTable {
  readonly #db: SqliteDatabase;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  /** Leaves a command for the process that runs the engine; the id is for `find`. */
  ask(name: string, projection: string, now: Date, options: unknown = null): number {
    const statement = this.#db.prepare(
      "INSERT INTO commands (name, projection, asked_at, state, arguments) VALUES (?, ?, ?, 'asked', ?)",
    );
    return Number(statement.run(name, projection, now.toISOString(), writeExactly(options)).lastInsertRowid);
  }

  /** The commands in a state, in the order in which they were asked. */
  inState(state: Command['state']): Command[] {
    const sql = `SELECT ${COLUMNS} FROM commands WHERE state = ? ORDER BY id`;
    return this.#db.prepare(sql).all(state) as Command[];
  }

  find(id: number): Command | undefined {
    const sql = `SELECT ${COLUMNS} FROM commands WHERE id = ?`;
    return this.#db.prepare(sql).get(id) as Command | undefined;
  }

  /** Takes a command back; false where somebody has begun it. */
  withdraw(id: number): boolean {
    return this.#db.prepare("DELETE FROM commands WHERE id = ? AND state = 'asked'").run(id).changes === 1;
  }

  answer(id: number, state: Command['state'], answer: unknown): void {
    this.#db
      .prepare('UPDATE commands SET state = ?, answer = ? WHERE id = ?')
      .run(state, writeExactly(answer), id);
  }
}
