/**
 * Loaded before the server by `node --import`: ends the process with SIGKILL at a named point, the n-th time that it is
 * passed in a thread. `KILL_POINT='apply: before:3'`; without the variable nothing is changed. The server knows nothing of it.
 */
import Database from 'better-sqlite3';

type Moment = 'before' | 'after';

/** What a connection has done in its present transaction that its COMMIT makes durable. */
const doing = new WeakMap<Database.Database, string>();

const [name = '', moment = 'before', count = '1'] = (process.env['KILL_POINT'] ?? '').split(':');
let left = Number(count);

function pass(point: string | undefined, when: Moment): void {
  if (point !== name || when !== moment) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** The point at which a script stands. */
function pointOf(db: Database.Database, sql: string): string | undefined {
  if (sql.startsWith('ANALYZE')) return 'seal';
  if (sql !== 'COMMIT') return undefined;
  const noted = doing.get(db);
  doing.delete(db);
  if (noted !== undefined) return noted;
  if (db.name.endsWith('log.db')) return 'append';
  return db.name.includes('/views/') ? 'apply' : undefined;
}

/** What a statement says about the transaction it stands in. */
function noteOf(sql: string): string | undefined {
  if (sql.startsWith("UPDATE generations SET state = 'live'") || sql.includes("SET state = 'live', live_at"))
    return 'swap';
  if (sql.startsWith('INSERT INTO projectionist_decisions')) return 'decide';
  if (sql.startsWith('INSERT INTO projectionist_checkpoint')) return 'create';
  return sql.startsWith('INSERT INTO projectionist_parked') ? 'park' : undefined;
}

function install(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its connection
  const { exec } = Database.prototype;
  Database.prototype.exec = function (this: Database.Database, sql: string) {
    const point = pointOf(this, sql);
    pass(point, 'before');
    const result = exec.call(this, sql);
    pass(point, 'after');
    return result;
  };
  const memory = new Database(':memory:');
  const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Database.Statement;
  memory.close();
  // oxlint-disable-next-line typescript/unbound-method -- called with its statement
  const { run } = statements;
  statements.run = function (this: Database.Statement, ...values: unknown[]) {
    const note = noteOf(this.source);
    if (note !== undefined) doing.set(this.database, note);
    const point = this.source.startsWith('INSERT INTO decisions')
      ? 'keep'
      : this.source.startsWith('INSERT INTO main.events')
        ? 'import'
        : undefined;
    pass(point, 'before');
    const result = run.apply(this, values);
    pass(point, 'after');
    return result;
  };
}

if (name !== '') install();
