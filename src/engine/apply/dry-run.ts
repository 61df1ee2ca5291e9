import { relative } from 'node:path';
import { openDatabase, type SqliteDatabase } from '../../database/open.ts';
import { logTables } from '../../event-log/format.ts';
import {
  blockSql,
  feedInsert,
  feedSetup,
  partitionOf,
  UPCAST_FUNCTION,
  UPCAST_OR_NULL_FUNCTION,
} from '../../projection/feed-sql.ts';
import { definitionError, type Problem, problemFrom } from '../../projection/problem.ts';
import type { FeedBlock, Program } from '../../projection/program.ts';

interface Candidate {
  readonly file: string | undefined;
  readonly program: Program;
}

/**
 * Prepares programs on empty databases in memory: what only SQLite knows (a function or a column in a user's own SQL
 * that does not exist) is found before anything is built. Throws DEFINITION_INVALID with all problems.
 */
export function dryRun(candidates: readonly Candidate[]): void {
  const problems = candidates.flatMap(({ file, program }) =>
    tryProgram(program).map((problem) => ({
      file: file === undefined ? undefined : relative('.', file),
      ...problem,
    })),
  );
  if (problems.length > 0) throw definitionError(problems);
}

function tryProgram(program: Program): Problem[] {
  const { projection } = program;
  const db = openDatabase(':memory:', { purpose: 'derived' });
  try {
    db.exec("ATTACH ':memory:' AS log");
    db.exec(logTables('log'));
    for (const name of [...Object.keys(program.functions), UPCAST_FUNCTION, UPCAST_OR_NULL_FUNCTION])
      db.function(name, { varargs: true }, () => null);
    for (const sql of [
      ...Object.values(program.tables),
      ...program.search,
      ...program.indexes.map((index) => index.sql),
    ])
      db.exec(sql);
    db.exec(feedSetup({ ...program, feed: {} })[0] as string);
    db.prepare(`SELECT ${partitionOf(program)} FROM log.events`);
    return Object.entries(program.feed).flatMap(([eventType, blocks]) =>
      tryHandler(db, program, eventType, blocks),
    );
  } catch (error) {
    return [problemFrom(error, { projection })];
  } finally {
    db.close();
  }
}

/** Sets one event type's triggers up: SQLite looks into a trigger's body only when a statement that fires it is prepared. */
function tryHandler(
  db: SqliteDatabase,
  program: Program,
  eventType: string,
  blocks: readonly FeedBlock[],
): Problem[] {
  db.exec('SAVEPOINT handler');
  try {
    for (const sql of blocks.flatMap(blockSql)) db.exec(sql);
    db.prepare(feedInsert(program, 'scan'));
    return [];
  } catch (error) {
    db.exec('ROLLBACK TO handler');
    const problem = problemFrom(error, { projection: program.projection, eventType });
    return [{ ...problem, message: `SQLite refuses the statements: ${(error as Error).message}` }];
  } finally {
    db.exec('RELEASE handler');
  }
}
