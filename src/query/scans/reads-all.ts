import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';

/** What is known of a statement before SQLite is asked. */
export interface Reading {
  /** Scans that each end where a page is full. */
  readonly pages: number;
  /** True where rows may be left out, so that a page may have to be looked for. */
  readonly isFiltered: boolean;
  /** True where rows beyond the page count: it is counted, or aggregated. */
  readonly isWhole: boolean;
}

/** A row of EXPLAIN QUERY PLAN (https://sqlite.org/eqp.html). */
interface Step {
  readonly parent: number;
  readonly detail: string;
}

const known = new WeakMap<SqliteStatement, boolean>();

/**
 * True where SQLite's planner says that a statement may read a whole view. A page from the beginning of a table or index
 * is read in order and ends where it is full; everything else that is a scan goes on to the end: what is filtered, sorted,
 * counted, or looked for once a row.
 */
export function readsAll(
  db: SqliteDatabase,
  statement: SqliteStatement,
  values: number,
  reading: Reading,
): boolean {
  const before = known.get(statement);
  if (before !== undefined) return before;
  const isAll = judge(stepsOf(db, statement.source, values), reading);
  known.set(statement, isAll);
  return isAll;
}

/** How SQLite goes about a statement with so many values. */
export function stepsOf(db: SqliteDatabase, sql: string, values: number): readonly Step[] {
  return db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(Array.from({ length: values }, () => null)) as Step[];
}

function judge(steps: readonly Step[], { pages, isFiltered, isWhole }: Reading): boolean {
  const scans = steps.filter((step) => isScan(step, steps)).length;
  const isCut = !isWhole && !steps.some(({ detail }) => SORT.test(detail));
  if (scans === 0) return !isCut && steps.some(({ detail }) => isRange(detail));
  return scans > pages || isFiltered || !isCut;
}

/** A sort of all rows; those of LAST TERMS sort what is equal in the terms before. */
const SORT = /^USE TEMP B-TREE FOR (?:ORDER BY|GROUP BY|DISTINCT|[a-z]+\(DISTINCT\))$/;
/** What has rows of its own only, or one. */
const SMALL = /^SCAN (?:projectionist_checkpoint$|\(|.*CONSTANT ROW)/;
/** A full-text search finds all rows of its words first; other virtual tables here are JSON of one row. */
const VIRTUAL = / VIRTUAL TABLE INDEX \d+:(.*)$/;

function isScan({ detail, parent }: Step, steps: readonly Step[]): boolean {
  if (/^SEARCH .* AUTOMATIC /.test(detail)) return true;
  if (!detail.startsWith('SCAN ') || SMALL.test(detail)) return false;
  const virtual = VIRTUAL.exec(detail);
  if (virtual !== null) return virtual[1] !== '';
  const isOfSubquery = steps.some(
    (other) =>
      other.parent === parent &&
      /^(?:CO-ROUTINE|MATERIALIZE) /.test(other.detail) &&
      endsAlike(other, detail),
  );
  return !isOfSubquery;
}

function endsAlike({ detail }: Step, scan: string): boolean {
  return detail.slice(detail.indexOf(' ')) === scan.slice(scan.indexOf(' '));
}

/** `SEARCH a USING INDEX b (c>?)`: no term says what a column equals. */
function isRange(detail: string): boolean {
  const terms = /^SEARCH .*\(([^()]*)\)/.exec(detail)?.[1];
  return terms !== undefined && !terms.includes('=');
}
