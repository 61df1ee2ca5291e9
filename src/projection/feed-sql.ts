import { quoteName, textLiteral } from './literal.ts';
import type { FeedBlock, Program } from './program.ts';

/** The statements that set a program up on a connection: TEMP views and triggers, which vanish with it. */
export function feedSetup(program: Program): string[] {
  const blocks = Object.values(program.feed).flat();
  return [feedView('feed', program.feedColumns), ...blocks.flatMap(blockSql)];
}

/** One block as SQL, as `explain` prints it. */
export function blockSql(block: FeedBlock): string[] {
  const isOwn = block.name === 'feed';
  const when = isOwn ? ` WHEN NEW.type = ${textLiteral(block.eventType)}` : '';
  const body = block.statements.map((statement) => `  ${statement};`).join('\n');
  const trigger = `CREATE TEMP TRIGGER ${triggerName(block)} INSTEAD OF INSERT ON ${block.name}${when} BEGIN\n${body}\nEND`;
  return isOwn ? [trigger] : [feedView(block.name, block.columns), trigger];
}

/** The quoted name of a block's trigger. */
export function triggerName({ name, eventType }: FeedBlock): string {
  return quoteName(name === 'feed' ? `on ${eventType}` : `${name} of ${eventType}`);
}

/** The table, in the generation's file, of the partitions whose events are held back. */
export const PARKED_TABLE = 'main.projectionist_parked';

/** Which of a range's events get in: all, those whose partition is not parked, or those that are no dead letters. */
export type FeedChoice = 'all' | 'unparked' | 'no-letters';

const CONDITIONS: Readonly<Record<FeedChoice, (program: Program) => string>> = {
  all: () => '',
  unparked: (program) => ` AND ${partitionOf(program)} NOT IN (SELECT partition FROM ${PARKED_TABLE})`,
  'no-letters': () => ' AND position NOT IN (SELECT position FROM main.projectionist_letters)',
};

/** How events get in: INSERT … SELECT from the log, for positions after one up to another, in order. */
export function feedInsert(program: Program, access: 'scan' | 'index', choice: FeedChoice = 'all'): string {
  const hint = access === 'scan' ? 'NOT INDEXED' : 'INDEXED BY events_by_type';
  return `${feedSelect(program, hint)} WHERE position > ? AND position <= ? AND type IN (${typeList(program)})${CONDITIONS[choice](program)} ORDER BY position`;
}

/** The same for single events: those whose positions `selection`, a SELECT, gives. */
export function feedInsertOf(program: Program, selection: string): string {
  return `${feedSelect(program, '')} WHERE position IN (${selection}) ORDER BY position`;
}

function feedSelect(program: Program, hint: string): string {
  const guarded = program.feedColumns.includes('data') ? 'data' : 'type';
  const values = program.feedColumns.map((column) =>
    column === guarded ? guardedColumn(program, column) : column,
  );
  // OR ROLLBACK: an error undoes the whole batch anyway, and so SQLite keeps no second journal for each statement.
  return `INSERT OR ROLLBACK INTO feed (${program.feedColumns.join(', ')}) SELECT ${values.join(', ')} FROM log.events ${hint}`;
}

/** The event types that concern a program, for `type IN (…)`. */
export function typeList({ types }: Program): string {
  return types.map(({ type }) => textLiteral(type)).join(', ');
}

/**
 * The partition of an event, as text, over a row of log.events. An event whose partition cannot be told (it has no such
 * field, or its upcaster fails) goes by its stream, so that it is not lost to a comparison with NULL.
 */
export function partitionOf(program: Program): string {
  const { partition } = program;
  // Undefined in a program that an earlier version compiled.
  if ((partition ?? null) === null) return 'stream';
  const data = dataColumn(program, UPCAST_OR_NULL_FUNCTION);
  const row = `SELECT position, id, stream, version, type, time, ${data} AS data, metadata`;
  return `coalesce((SELECT CAST(${partition} AS TEXT) FROM (${row}) AS NEW), stream)`;
}

/** The name under which the upcasting function is called from SQL. */
export const UPCAST_FUNCTION = 'projectionist_upcast';
/** The same, with NULL in place of an error. */
export const UPCAST_OR_NULL_FUNCTION = 'projectionist_upcast_or_null';

/** `data` in the version that handlers expect. Where they read none, `type` meets events that are too new. */
function guardedColumn(program: Program, column: 'data' | 'type'): string {
  if (column === 'data') return dataColumn(program, UPCAST_FUNCTION);
  return `CASE WHEN schema_version <= ${expectedVersion(program)} THEN type ELSE ${UPCAST_FUNCTION}(type, schema_version, 'null') END`;
}

/** `data`, upcast where a row is written in another schema version than the handlers expect. */
function dataColumn(program: Program, upcast: string): string {
  return `CASE schema_version WHEN ${expectedVersion(program)} THEN data ELSE jsonb(${upcast}(type, schema_version, json(data))) END`;
}

/** The schema version that handlers expect of a row, as SQL. */
function expectedVersion({ types }: Program): string {
  const versions = [...new Set(types.map(({ schemaVersion }) => schemaVersion))];
  const cases = types.map(({ type, schemaVersion }) => `WHEN ${textLiteral(type)} THEN ${schemaVersion}`);
  return versions.length === 1 ? String(versions[0]) : `CASE type ${cases.join(' ')} END`;
}

function feedView(name: string, columns: readonly string[]): string {
  return `CREATE TEMP VIEW ${name} AS SELECT ${columns.map((column) => `NULL AS ${column}`).join(', ')}`;
}
