import type { SqliteDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import { isFatal } from './fatal-events.ts';
import { isTooNew } from './faults.ts';
import { tooNew } from './too-new.ts';

/** What is told of an event that cannot be applied: where it stands and why, never what is in it. */
export function applyError(
  db: SqliteDatabase,
  projection: string,
  position: number,
  cause: unknown,
): ProjectionistError {
  const event = db.prepare('SELECT id, type, stream FROM log.events WHERE position = ?').get(position) as
    | { id: string; type: string; stream: string }
    | undefined;
  if (isTooNew(cause)) return tooNew(cause as ProjectionistError, { projection, position, ...event });
  // From an earlier replay, with everything that there is to say.
  if (isFatal(cause) && (cause as ProjectionistError).evidence.position !== undefined)
    return cause as ProjectionistError;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ProjectionistError(
    isFatal(cause) ? (cause as ProjectionistError).code : 'APPLY_FAILED',
    `${event?.type ?? 'The event'} at position ${position} cannot be applied: ${reason}`,
    {
      hint: (isFatal(cause) ? (cause as ProjectionistError).hint : undefined) ?? hintFor(db, reason),
      evidence: { projection, position, eventId: event?.id, eventType: event?.type, stream: event?.stream },
      cause,
    },
  );
}

function hintFor(db: SqliteDatabase, reason: string): string {
  if (reason !== 'FOREIGN KEY constraint failed')
    return 'Correct the handler (a changed definition is built anew), or append an event that puts the data right.';
  return `A row would refer to one that is not there (${foreignKeys(db).join('; ')}). A retry applies the event where that row has come later; otherwise correct the handler.`;
}

/** SQLite does not tell which of them failed: those that there are. */
function foreignKeys(db: SqliteDatabase): string[] {
  const sql = `SELECT t.name || '.' || group_concat(f."from", '+') || ' to ' || f."table"
    FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f
    WHERE t.schema = 'main' GROUP BY t.name, f.id ORDER BY t.name, f.id`;
  return db.prepare(sql).pluck().all() as string[];
}
