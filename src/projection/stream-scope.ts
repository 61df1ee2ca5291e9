import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { columnOf } from './describe-view.ts';
import { isBoundTo, type Names, outsideRead } from './bound-rows.ts';
import type { StreamScope, ViewDescription } from './program.ts';
import { describeSql } from './render-sql.ts';
import { tokensOf } from './sql-tokens.ts';
import type { Step } from './trace.ts';
import { referenceOf } from './symbolic-event.ts';

/** An event type and what its handler asks for. */
interface HandledSteps {
  readonly type: string;
  readonly steps: readonly Step[];
}

type Statement = Extract<Step, { kind: 'statement' }>;

/** One statement with where it stands. */
interface Placed {
  readonly type: string;
  readonly statement: Statement;
  /** The conditions and arrays around it, as SQL. */
  readonly around: readonly string[];
}

const STREAM = 'e.stream';

/**
 * For each view the key column that is always the stream of the event that writes the row, where it can be proved: every
 * insert writes e.stream into it, every other statement is limited to rows where it is e.stream, and whatever a
 * statement reads is limited the same way. The rows of one stream are then a function of its events alone.
 */
export function streamScopes(
  views: readonly ViewDescription[],
  tables: Readonly<Record<string, string>>,
  handlers: readonly HandledSteps[],
): Record<string, StreamScope> {
  const statements = handlers.flatMap(({ type, steps }) => steps.flatMap((step) => placed(type, step, [])));
  const scopes = Object.fromEntries(
    views.map((view) => [view.name, candidate(view, tables[view.name] ?? '', statements)]),
  );
  // A view that reads one which is not proved is not proved itself: until nothing changes any more.
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const [view, scope] of Object.entries(scopes)) {
      if (!('column' in scope)) continue;
      const reason = firstReason(view, scope.column, statements, provenIn(scopes));
      if (reason === undefined) continue;
      scopes[view] = { reason };
      isSettled = false;
    }
  }
  return scopes;
}

function placed(type: string, step: Step, around: readonly string[]): Placed[] {
  if (step.kind === 'statement') return [{ type, statement: step, around }];
  const own = describeSql(step.kind === 'when' ? step.condition : step.array);
  return step.steps.flatMap((inner) => placed(type, inner, [...around, own]));
}

function provenIn(scopes: Readonly<Record<string, StreamScope>>): Names {
  return new Map(
    Object.entries(scopes).flatMap(([view, scope]): [string, string][] =>
      'column' in scope ? [[view, scope.column]] : [],
    ),
  );
}

function writesTo(view: string, { statement }: Placed): boolean {
  return getTableName(statement.config.table) === view;
}

/** The column of the key into which every insert writes e.stream. */
function candidate(view: ViewDescription, table: string, statements: readonly Placed[]): StreamScope {
  if (view.primaryKey.length === 0) return { reason: `${view.name} has no primary key` };
  if (/\bON (DELETE|UPDATE) (?!NO ACTION|RESTRICT)/.test(table))
    return { reason: `a foreign key of ${view.name} changes its rows when others change` };
  const inserts = statements.filter(
    (each) => writesTo(view.name, each) && each.statement.operation === 'insert',
  );
  const column = view.primaryKey.find(
    (name) =>
      view.columns.find((each) => each.name === name)?.sqlType === 'TEXT' &&
      inserts.every((insert) => insertsStream(insert.statement, name)),
  );
  if (column !== undefined) return { column };
  const key = view.primaryKey.join(', ');
  const types = [...new Set(inserts.map(({ type }) => type))].join(', ');
  return {
    reason: `no column of ${view.name}'s key (${key}) is e.stream in every row that ${types} inserts`,
  };
}

function insertsStream({ config, writes }: Statement, column: string): boolean {
  const rows = writes.filter(({ kind }) => kind === 'values');
  if (config.select === true || rows.length === 0) return false;
  return rows.every(({ row }) =>
    Object.entries(row).some(([key, value]) => {
      if (columnOf(config.table as SQLiteTable, key)?.name !== column) return false;
      const reference = referenceOf(value);
      return reference?.kind === 'envelope' && reference.field === 'stream';
    }),
  );
}

/** Why a view's rows are not the affair of one stream; undefined where nothing speaks against it. */
function firstReason(
  view: string,
  column: string,
  statements: readonly Placed[],
  proven: Names,
): string | undefined {
  for (const each of statements.filter((candidateStatement) => writesTo(view, candidateStatement))) {
    const reason = reasonOf(view, column, each, proven);
    if (reason !== undefined) return `${each.statement.operation} of ${view} by ${each.type} ${reason}`;
  }
  return undefined;
}

function reasonOf(
  view: string,
  column: string,
  { statement, around }: Placed,
  proven: Names,
): string | undefined {
  const own = `"${view}"."${column}"`;
  if (setsColumn(statement, column)) return `writes ${column}`;
  if (!isLimited(statement, view, column)) return `is not limited to rows where ${column} = ${STREAM}`;
  const text = describeSql(statement.sql);
  // What describes no statement proves nothing.
  if (text === '…' || around.includes('…')) return 'cannot be read';
  const outside =
    around
      .map((text) => outsideRead(tokensOf(text), proven, [STREAM]))
      .find((found) => found !== undefined) ?? outsideRead(tokensOf(text), proven, [STREAM, own]);
  return outside === undefined ? undefined : `reads ${outside}`;
}

function setsColumn({ config, writes }: Statement, column: string): boolean {
  return writes.some(
    ({ kind, row }) =>
      kind === 'set' &&
      Object.keys(row).some((key) => columnOf(config.table as SQLiteTable, key)?.name === column),
  );
}

function isLimited({ operation, config }: Statement, view: string, column: string): boolean {
  if (config.from !== undefined || (config.joins ?? []).length > 0) return false;
  if (operation !== 'insert') {
    const where = config.where;
    return where !== undefined && isBoundTo(tokensOf(describeSql(where)), view, column, [STREAM]);
  }
  // A conflict that it does not name could be with the row of another stream.
  return (config.onConflict ?? []).every((clause) => {
    const target = /^on conflict \(([^)]*)\)/i.exec(describeSql(clause))?.[1] ?? '';
    return target.split(', ').some((name) => name === `"${view}"."${column}"` || name === `"${column}"`);
  });
}
