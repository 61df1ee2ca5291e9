import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';

/** Sees to it that the attached log has every event that comes next. */
export class Continuity {
  readonly #projection: string;
  readonly #eventId: SqliteStatement;
  readonly #count: SqliteStatement;

  constructor(db: SqliteDatabase, projection: string) {
    this.#projection = projection;
    this.#eventId = db.prepare('SELECT id FROM log.events WHERE position = ?').pluck();
    this.#count = db
      .prepare('SELECT count(*) FROM log.events NOT INDEXED WHERE position > ? AND position <= ?')
      .pluck();
  }

  /** The id of an event that must be there. Throws LOG_GAP. */
  eventAt(position: number): string {
    const id = this.#eventId.get(position) as string | undefined;
    if (id !== undefined) return id;
    throw new ProjectionistError(
      'LOG_GAP',
      `The log has no event at position ${position}, which comes next`,
      {
        hint: 'The log was replaced or damaged. Restore it, then rebuild.',
        evidence: { projection: this.#projection, position },
      },
    );
  }

  /** Throws LOG_GAP unless the log has every position after `from` up to `to`. Costs a twentieth of applying them. */
  requireAll(from: number, to: number): void {
    if (this.#count.get(from, to) === to - from) return;
    for (let position = from + 1; position <= to; position += 1) this.eventAt(position);
  }
}
