import type { SqliteDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import { quoteName } from '../../projection/literal.ts';
import type { Program } from '../../projection/program.ts';
import { applyStream, positionsLeftOut } from './apply-stream.ts';

/**
 * Derives again what one stream contributed, up to a position, on a connection on which the feed is set up: the rows that
 * are its own are deleted, and its events applied anew. Answers how many there were. The transaction is the caller's.
 */
export function rebuildStream(
  db: SqliteDatabase,
  program: Program,
  stream: string,
  position: number,
): number {
  const columns = streamColumns(program);
  // Rows may refer to each other: what counts is that they do so in the end.
  db.pragma('defer_foreign_keys = ON');
  for (const [view, column] of columns)
    db.prepare(`DELETE FROM main.${quoteName(view)} WHERE ${quoteName(column)} = ?`).run(stream);
  return applyStream(db, program, { stream, to: position, except: positionsLeftOut(db) });
}

/**
 * For each view the column that is always the stream. Throws OPERATION_REFUSED, with the reason, where that is not proved
 * of every view: then nobody can tell what a stream contributed.
 */
export function streamColumns({
  projection,
  views,
  streamScopes,
}: Program): [view: string, column: string][] {
  return views.map(({ name }) => {
    const scope = streamScopes?.[name] ?? { reason: `${name} was compiled by an earlier version` };
    if ('column' in scope) return [name, scope.column];
    throw new ProjectionistError(
      'OPERATION_REFUSED',
      `What one stream contributed to ${projection} cannot be known: ${scope.reason}`,
      { hint: `Rebuild all of it: projectionist rebuild ${projection}`, evidence: { projection } },
    );
  });
}

export function streamUnknown(projection: string, stream: string): ProjectionistError {
  return new ProjectionistError('NOT_FOUND', `${projection} has applied no event of the stream ${stream}`, {
    hint: `See what there is: projectionist events --stream ${stream}`,
    evidence: { projection, stream },
  });
}
