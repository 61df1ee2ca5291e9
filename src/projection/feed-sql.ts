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
  const name = isOwn ? `on ${block.eventType}` : `${block.name} of ${block.eventType}`;
  const when = isOwn ? ` WHEN NEW.type = ${textLiteral(block.eventType)}` : '';
  const body = block.statements.map((statement) => `  ${statement};`).join('\n');
  const trigger = `CREATE TEMP TRIGGER ${quoteName(name)} INSTEAD OF INSERT ON ${block.name}${when} BEGIN\n${body}\nEND`;
  return isOwn ? [trigger] : [feedView(block.name, block.columns), trigger];
}

/** How events get in: INSERT … SELECT from the log, for positions after one up to another, in order. */
export function feedInsert(program: Program, access: 'scan' | 'index'): string {
  const types = program.types.map(({ type }) => textLiteral(type)).join(', ');
  const hint = access === 'scan' ? 'NOT INDEXED' : 'INDEXED BY events_by_type';
  const values = program.feedColumns.map((column) => (column === 'data' ? dataColumn(program) : column));
  // OR ROLLBACK: an error undoes the whole batch anyway, and so SQLite keeps no second journal for each statement.
  return (
    `INSERT OR ROLLBACK INTO feed (${program.feedColumns.join(', ')}) SELECT ${values.join(', ')} FROM log.events ${hint} ` +
    `WHERE position > ? AND position <= ? AND type IN (${types}) ORDER BY position`
  );
}

/** The name under which the upcasting function is called from SQL. */
export const UPCAST_FUNCTION = 'projectionist_upcast';

/** `data`, upcast where a row is written in another schema version than the handlers expect. */
function dataColumn({ types }: Program): string {
  const versions = [...new Set(types.map(({ schemaVersion }) => schemaVersion))];
  const cases = types.map(({ type, schemaVersion }) => `WHEN ${textLiteral(type)} THEN ${schemaVersion}`);
  const expected = versions.length === 1 ? String(versions[0]) : `CASE type ${cases.join(' ')} END`;
  return `CASE schema_version WHEN ${expected} THEN data ELSE jsonb(${UPCAST_FUNCTION}(type, schema_version, json(data))) END`;
}

function feedView(name: string, columns: readonly string[]): string {
  return `CREATE TEMP VIEW ${name} AS SELECT ${columns.map((column) => `NULL AS ${column}`).join(', ')}`;
}
