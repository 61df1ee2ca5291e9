import { existsSync } from 'node:fs';
import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { isDamaged, storageError } from '../database/storage-error.ts';
import { ProjectionistError, reportOf } from '../errors.ts';
import { LOG_FORMAT } from './format.ts';
import { LOG_CHECKS, type LogCheck } from './log-checks.ts';

/** Something that a log must not have. */
export interface LogProblem {
  /** Which check found it, such as `positions`. */
  readonly check: string;
  /** The first position that is concerned; null where it cannot be said. */
  readonly position: number | null;
  readonly message: string;
}

export interface LogReport {
  readonly file: string;
  readonly isSound: boolean;
  /** The position of the last event, and how many there are; null where the file cannot be read so far. */
  readonly head: number | null;
  readonly events: number | null;
  /** The first problems of each check; `found` counts them all. */
  readonly problems: readonly LogProblem[];
  readonly found: number;
}

export interface CheckLogOptions {
  /** Called before each check, with its name. */
  readonly onCheck?: (name: string) => void;
  /** Between two checks, and two stretches of one, the check is given up: CLOSED. */
  readonly signal?: AbortSignal;
}

/** The most problems of one check that are reported one by one. */
const SHOWN = 20;

/**
 * Reads the whole log at `path` in one snapshot, beside whoever works on it, and reports everything that a log must not
 * have: damaged pages, gaps, versions that do not count from 1, events that are no JSON, ids that come twice. Throws
 * DATA_FOLDER_UNUSABLE where there is no file.
 */
export async function checkLog(path: string, options: CheckLogOptions = {}): Promise<LogReport> {
  if (!existsSync(path))
    throw new ProjectionistError('DATA_FOLDER_UNUSABLE', `There is no log ${path}`, {
      hint: 'Check --data.',
    });
  const report = new Report(path);
  const db = report.attempt('file', () => openLog(path));
  if (db === undefined) return report.result(null, null);
  try {
    // One snapshot for all checks, whatever is appended meanwhile.
    db.exec('BEGIN');
    const head = report.attempt('file', () => numberOf(db, 'coalesce(max(position), 0)'));
    const events = report.attempt('file', () => numberOf(db, 'count(*)'));
    for (const check of LOG_CHECKS) {
      options.onCheck?.(check.name);
      await runCheck(db, check, head ?? 0, report, options.signal);
    }
    return report.result(head ?? null, events ?? null);
  } finally {
    db.close();
  }
}

function openLog(path: string): SqliteDatabase {
  const db = openDatabase(path, { purpose: 'read' });
  try {
    if (db.pragma('application_id', { simple: true }) === LOG_FORMAT.applicationId) return db;
    throw new ProjectionistError('DATA_FILE_FOREIGN', `${path} is no event log`, {});
  } catch (error) {
    db.close();
    throw error;
  }
}

function numberOf(db: SqliteDatabase, expression: string): number {
  return db.prepare(`SELECT ${expression} FROM events NOT INDEXED`).pluck().get() as number;
}

async function runCheck(
  db: SqliteDatabase,
  check: LogCheck,
  head: number,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const span = check.span ?? Math.max(1, head);
  for (let from = 0; from === 0 || from < head; from += span) {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted === true)
      throw new ProjectionistError('CLOSED', 'Interrupted; the check is not done');
    checkRange(db, check, from, Math.min(from + span, head), report);
  }
}

/** Checks the events after `from` up to `to`; what cannot be read is narrowed down to single events, where that can be. */
function checkRange(db: SqliteDatabase, check: LogCheck, from: number, to: number, report: Report): void {
  const canNarrow = check.span !== undefined && to - from > 1;
  try {
    for (const problem of check.find(db, from, to)) report.add({ check: check.name, ...problem });
  } catch (error) {
    if (check.span === undefined) return report.addUnreadable(check.name, error, null);
    // A range that ends where the damage begins fails too: SQLite looks at what comes next.
    if (!canNarrow) {
      report.attempt(check.name, () => readEvent(db, to), to);
      return;
    }
    const middle = from + Math.floor((to - from) / 2);
    checkRange(db, check, from, middle, report);
    checkRange(db, check, middle, to, report);
  }
}

function readEvent(db: SqliteDatabase, position: number): void {
  db.prepare('SELECT id, stream, type, time, data, metadata FROM events WHERE position = ?').get(position);
}

/** What keeps a check from being made, and lies elsewhere than in the log. */
const NO_DAMAGE: ReadonlySet<string> = new Set(['DATA_FOLDER_UNUSABLE', 'DISK_FULL', 'LOCKED']);

/** Gathers problems; one that keeps a check from being made is a problem too. */
class Report {
  readonly #file: string;
  readonly #problems: LogProblem[] = [];
  readonly #counts = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
  }

  add(problem: LogProblem): void {
    const count = (this.#counts.get(problem.check) ?? 0) + 1;
    this.#counts.set(problem.check, count);
    if (count <= SHOWN) this.#problems.push(problem);
  }

  addUnreadable(check: string, error: unknown, position: number | null): void {
    const known = storageError(error, this.#file);
    // That says nothing about the log: a backup may well be mounted read-only.
    if (known instanceof ProjectionistError && NO_DAMAGE.has(known.code)) throw known;
    const { message } = reportOf(isDamaged(known) ? known.cause : known);
    this.add({ check, position, message: `cannot be read: ${message}` });
  }

  attempt<T>(check: string, work: () => T, position: number | null = null): T | undefined {
    try {
      return work();
    } catch (error) {
      this.addUnreadable(check, error, position);
      return undefined;
    }
  }

  result(head: number | null, events: number | null): LogReport {
    const found = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return { file: this.#file, isSound: found === 0, head, events, problems: this.#problems, found };
  }
}
