import type { SqliteDatabase } from '../database/open.ts';
import type { Decision } from './dead-letters/decision.ts';

/** The decisions about dead letters, of all projections: they outlive the generations on which they were made. */
export class DecisionTable {
  readonly #db: SqliteDatabase;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  /** A projection's decisions, in the order in which they were made. */
  of(projection: string): Decision[] {
    const sql = 'SELECT decision FROM decisions WHERE projection = ? ORDER BY id';
    const rows = this.#db.prepare(sql).pluck().all(projection) as string[];
    return rows.map((row) => JSON.parse(row) as Decision);
  }

  /** The id for the next decision. */
  nextId(projection: string): number {
    const sql = 'SELECT coalesce(max(id), 0) + 1 FROM decisions WHERE projection = ?';
    return this.#db.prepare(sql).pluck().get(projection) as number;
  }

  /** Keeps a decision; false for one that is known already, which stays as it is. */
  record(projection: string, decision: Decision): boolean {
    const { changes } = this.#db
      .prepare('INSERT INTO decisions VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(projection, decision.id, JSON.stringify(decision));
    return changes === 1;
  }

  remove(projection: string, id: number): void {
    this.#db.prepare('DELETE FROM decisions WHERE projection = ? AND id = ?').run(projection, id);
  }

  /** Forgets a projection's decisions: its history begins anew. */
  forget(projection: string): void {
    this.#db.prepare('DELETE FROM decisions WHERE projection = ?').run(projection);
  }
}
