import { analyze } from '../apply/statistics.ts';
import { close, existsSync, openSync, rmSync } from 'node:fs';
import { type Format, migrate } from '../../database/migrate.ts';
import { openDatabase, type Purpose, type SqliteDatabase } from '../../database/open.ts';
import { transact } from '../../database/transaction.ts';
import { ProjectionistError } from '../../errors.ts';
import { feedSetup } from '../../projection/feed-sql.ts';
import type { IndexDescription, Program } from '../../projection/program.ts';
import { DEAD_LETTER_TABLES, FATAL_TABLE } from '../dead-letters/tables.ts';
import { damaged, isDamage } from '../apply/faults.ts';

/** The checkpoint of a generation, kept in its own file: it commits with the rows. */
export interface Checkpoint {
  /** The position of the last event that was applied; 0 before the first. */
  readonly position: number;
  /** That event's id: a log that was restored from an older copy, and has grown again, has another one there. */
  readonly eventId: string | null;
  readonly logId: string;
  readonly programHash: string;
  /** The last decision about dead letters that was carried out; 0 before the first. With the position it names the rows. */
  readonly revision: number;
  /** Partitions that are parked. */
  readonly parked: number;
}

/** 'PJvw' in ASCII. */
const GENERATION_FORMAT: Format = {
  name: 'view generation',
  applicationId: 0x504a7677,
  migrations: [
    `CREATE TABLE projectionist_checkpoint (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       position INTEGER NOT NULL,
       event_id TEXT,
       log_id TEXT NOT NULL,
       program_hash TEXT NOT NULL
     ) STRICT`,
    DEAD_LETTER_TABLES,
    FATAL_TABLE,
  ],
};

/**
 * Opens a generation that is being built; an empty file gets the views of `program`, without the indexes that can wait.
 */
export function openGeneration(
  path: string,
  program: Program,
  logId: string,
  purpose: Purpose,
): SqliteDatabase {
  const db = openDatabase(path, { purpose });
  try {
    migrate(db, GENERATION_FORMAT);
    if (readCheckpoint(db) === undefined) createViews(db, program, logId);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a generation that has been live, to follow the log. Throws GENERATION_DAMAGED rather than begin a new one. */
export function openBuilt(path: string, program: Program): SqliteDatabase {
  if (!existsSync(path)) throw damaged(program.projection, path, 'is missing');
  const db = openDatabase(path, { purpose: 'derived', mustExist: true });
  try {
    migrate(db, GENERATION_FORMAT);
    const found = readCheckpoint(db)?.programHash;
    if (found !== program.hash) throw damaged(program.projection, path, 'holds no such generation');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function createViews(db: SqliteDatabase, program: Program, logId: string): void {
  transact(db, () => {
    for (const sql of [...Object.values(program.tables), ...program.search]) db.exec(sql);
    db.prepare(
      'INSERT INTO projectionist_checkpoint (one, position, event_id, log_id, program_hash) VALUES (1, 0, NULL, ?, ?)',
    ).run(logId, program.hash);
    const needed = neededIndexes(db, program);
    for (const index of program.indexes) if (needed.has(index.name)) db.exec(index.sql);
  });
}

/** The indexes that no handler looks things up by: building them last, at once, is cheaper than with every row. */
export function missingIndexes(db: SqliteDatabase, program: Program): IndexDescription[] {
  const present = new Set(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").pluck().all());
  return program.indexes.filter(({ name }) => !present.has(name));
}

/** The indexes that SQLite's planner would use for a handler's statements. */
function neededIndexes(db: SqliteDatabase, program: Program): Set<string> {
  if (program.indexes.length === 0) return new Set();
  db.exec('SAVEPOINT plan');
  try {
    for (const { sql } of program.indexes) db.exec(sql);
    const statements = Object.values(program.feed)
      .flat()
      .flatMap((block) => block.statements);
    const plans = statements
      .filter((statement) => !statement.startsWith('INSERT INTO feed_'))
      .flatMap((sql) => planOf(db, sql));
    return new Set(
      program.indexes.map(({ name }) => name).filter((name) => plans.some((plan) => mentions(plan, name))),
    );
  } finally {
    db.exec('ROLLBACK TO plan; RELEASE plan');
  }
}

/** A trigger's statement, with its NEW columns as constants: enough for the planner to choose its indexes. */
function planOf(db: SqliteDatabase, statement: string): string[] {
  const standing = statement.replaceAll(/\bNEW\.\w+/g, "'?'").replace(/^SELECT RAISE\(.*$/s, 'SELECT 1');
  // Functions of fn() are registered later, with the definition; any function will do for a plan.
  const plain = standing.replaceAll(/\bfn_\w+\(/g, 'coalesce(NULL, ');
  return (db.prepare(`EXPLAIN QUERY PLAN ${plain}`).all() as { detail: string }[]).map(
    ({ detail }) => detail,
  );
}

function mentions(plan: string, index: string): boolean {
  return plan.includes(`INDEX ${index} `) || plan.endsWith(`INDEX ${index}`);
}

/** Attaches the log and sets the program's triggers up on a connection. */
export function connectFeed(db: SqliteDatabase, program: Program, logPath: string): void {
  db.prepare('ATTACH ? AS log').run(logPath);
  for (const sql of feedSetup(program)) db.exec(sql);
}

/** Throws LOG_REPLACED where the attached log is not the one of that identity: another file stands at its path. */
export function requireLog(db: SqliteDatabase, logId: string): void {
  const found = db.prepare('SELECT id FROM log.log').pluck().get() as string | undefined;
  if (found === logId) return;
  throw new ProjectionistError('LOG_REPLACED', 'The log was replaced by another one while it was in use', {
    hint: 'Stop this process, put the right log in place, and start again; see docs/operating.md.',
    evidence: { expected: logId, actual: found },
  });
}

/** Undefined where the file has no views yet. */
export function readCheckpoint(db: SqliteDatabase): Checkpoint | undefined {
  return db
    .prepare(
      `SELECT position, event_id AS eventId, log_id AS logId, program_hash AS programHash, revision, parked
       FROM projectionist_checkpoint`,
    )
    .get() as Checkpoint | undefined;
}

/**
 * Reads a generation's checkpoint without disturbing it; undefined where the file is missing or is no generation. What
 * merely keeps it from being read now is thrown.
 */
export function peekCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const db = openDatabase(path, { purpose: 'read' });
    try {
      return readCheckpoint(db);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error) || isUnfinished(error)) return undefined;
    throw error;
  }
}

/**
 * A file whose making was cut short: it has no tables yet ("no such table" is a plain SQLITE_ERROR), or the journal of
 * its first transaction still stands beside it, from before it was turned to write-ahead logging.
 */
function isUnfinished(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === 'SQLITE_ERROR' || cause?.code === 'SQLITE_READONLY_ROLLBACK';
}

/** Makes a generation's file durable and whole: indexes, one sync, SQLite's own check. Throws GENERATION_DAMAGED. */
export function sealGeneration(db: SqliteDatabase, program: Program): void {
  for (const { sql } of missingIndexes(db, program)) db.exec(sql);
  analyze(db);
  // FULL for this one checkpoint: everything that the operating system still holds reaches the disk here.
  db.pragma('main.synchronous = FULL');
  db.pragma('main.wal_checkpoint(TRUNCATE)');
  const verdict = db.pragma('main.integrity_check(1)', { simple: true });
  if (verdict !== 'ok')
    throw damaged(program.projection, db.name, `fails SQLite's integrity check: ${String(verdict)}`);
}

/** Milliseconds in which the last readers of a deleted file close it too. */
const LAST_READS = 2000;

/** Of the file beside a generation in which its projector says what it is at. */
export const MARK_SUFFIX = '-mark';

/** Deletes a generation's file and what is kept beside it. */
export function deleteGeneration(path: string): void {
  giveBackLater(path);
  for (const suffix of ['', '-wal', '-shm', '-journal', MARK_SUFFIX]) rmSync(path + suffix, { force: true });
}

/**
 * Has a file's space given back by a thread of Node's own: whoever closes a deleted file last waits for that, 0.2 s for each
 * gigabyte on ext4, and it must not be the thread that answers queries.
 */
function giveBackLater(path: string): void {
  const file = openedOrNot(path);
  if (file !== undefined) setTimeout(() => close(file), LAST_READS).unref();
}

/** Undefined where it cannot be opened: then the deletion itself says what is wrong, if anything is. */
function openedOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
