import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import { type Checkpoint, readCheckpoint } from '../generations/generation-file.ts';

/** Where a generation stands: its checkpoint, as its one writer knows it. */
export class Standing {
  readonly #db: SqliteDatabase;
  readonly #projection: string;
  readonly #advance: SqliteStatement;
  #checkpoint: Checkpoint;

  constructor(db: SqliteDatabase, projection: string) {
    this.#db = db;
    this.#projection = projection;
    this.#advance = db.prepare(
      'UPDATE projectionist_checkpoint SET position = ?, event_id = ? WHERE position = ? AND revision = ?',
    );
    this.#checkpoint = readCheckpoint(db) as Checkpoint;
  }

  /** The position up to which the generation is applied. */
  get position(): number {
    return this.#checkpoint.position;
  }

  /** The last decision about dead letters that was carried out; 0 before the first. */
  get revision(): number {
    return this.#checkpoint.revision;
  }

  /** Partitions that are parked. */
  get parked(): number {
    return this.#checkpoint.parked;
  }

  /**
   * Moves the checkpoint, inside a transaction. First of all, so that a second projector is found out before it touches a
   * row: throws CHECKPOINT_MOVED.
   */
  advance(to: number, eventId: string): void {
    const { position, revision } = this.#checkpoint;
    if (this.#advance.run(to, eventId, position, revision).changes !== 1) throw this.#moved(position);
  }

  /** The transaction that moved the checkpoint has committed. */
  reached(position: number): void {
    this.#checkpoint = { ...this.#checkpoint, position };
  }

  /** Reads again what a transaction has changed beside the position, which nobody else may have moved. */
  refresh(): void {
    this.#checkpoint = { ...(readCheckpoint(this.#db) as Checkpoint), position: this.position };
  }

  #moved(from: number): ProjectionistError {
    const found = readCheckpoint(this.#db)?.position;
    return new ProjectionistError(
      'CHECKPOINT_MOVED',
      `Another projector works on this generation: the checkpoint is at ${found}, not at ${from}`,
      {
        hint: 'Let only one process run this projection.',
        evidence: { projection: this.#projection, expected: from, actual: found },
      },
    );
  }
}
