import type { SqliteDatabase } from '../../database/open.ts';
import { blockSql, feedInsertOf, triggerName } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';

/**
 * The statement of a handler at which an event fails, as `explain` prints it: the handler is run with one statement
 * more each time, and undone. Undefined where the event does not get as far as its statements, or does not fail.
 */
export function failingStatement(
  db: SqliteDatabase,
  program: Program,
  position: number,
  eventType: string,
): string | undefined {
  const block = program.feed[eventType]?.find(({ name }) => name === 'feed');
  if (block === undefined) return undefined;
  const { statements } = block;
  const failing = statements.findIndex((_, index) => {
    const shorter = { ...block, statements: statements.slice(0, index + 1) };
    return !applies(db, program, position, [`DROP TRIGGER ${triggerName(block)}`, ...blockSql(shorter)]);
  });
  // What must() adds looks at what the statement before it did.
  const isCheck = statements[failing]?.startsWith('SELECT RAISE(') === true && failing > 0;
  return statements[isCheck ? failing - 1 : failing];
}

/** Whether the event can be applied after these changes to the triggers. Leaves everything as it was. */
function applies(
  db: SqliteDatabase,
  program: Program,
  position: number,
  changes: readonly string[],
): boolean {
  db.exec('BEGIN');
  try {
    for (const sql of changes) db.exec(sql);
    db.prepare(feedInsertOf(program, '?')).run(position);
    return true;
  } catch {
    // Which error it is was found out before: here only where it arises matters.
    return false;
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}
