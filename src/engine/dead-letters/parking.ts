import type { SqliteDatabase, SqliteStatement } from '../../database/open.ts';
import { ProjectionistError, reportOf } from '../../errors.ts';
import { isFatal } from '../apply/fatal-events.ts';
import { PARKED_TABLE, partitionOf, typeList } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';
import type { Decision } from './decision.ts';

/** How many partitions may be parked, whatever their share. */
const ALWAYS_LET_THROUGH = 10;

/**
 * The parked partitions of one generation and their dead letters, on the connection that writes the generation. Nothing
 * here begins a transaction: what it does commits with the checkpoint.
 */
export class Parking {
  readonly #db: SqliteDatabase;
  readonly #program: Program;
  readonly #now: () => Date;
  readonly #hold: SqliteStatement;
  readonly #partition: SqliteStatement;
  readonly #holds: SqliteStatement;
  /** The partitions of the log when they were last counted; there are never fewer. */
  #partitions = 0;

  constructor(db: SqliteDatabase, program: Program, now: () => Date) {
    this.#db = db;
    this.#program = program;
    this.#now = now;
    const partition = partitionOf(program);
    this.#hold = db.prepare(
      `INSERT INTO main.projectionist_letters SELECT position, ${partition} AS partition FROM log.events NOT INDEXED
       WHERE position > ? AND position <= ? AND type IN (${typeList(program)})
         AND ${partition} IN (SELECT partition FROM ${PARKED_TABLE})`,
    );
    this.#partition = db.prepare(`SELECT ${partition} FROM log.events WHERE position = ?`).pluck();
    this.#holds = db
      .prepare(
        `SELECT ${partition} IN (SELECT partition FROM ${PARKED_TABLE}) FROM log.events WHERE position = ?`,
      )
      .pluck();
  }

  /** Parked partitions, as the file has them now. */
  count(): number {
    return this.#db.prepare('SELECT parked FROM projectionist_checkpoint').pluck().get() as number;
  }

  /** Puts the events of parked partitions aside, for positions after one up to another. */
  hold(from: number, to: number): void {
    this.#hold.run(from, to);
  }

  /** Whether the event at a position is one of a parked partition's. */
  holds(position: number): boolean {
    return this.count() > 0 && this.#holds.get(position) === 1;
  }

  /** Parks the partition of the event at `position`, which cannot be applied. */
  park(position: number, error: ProjectionistError, statement: string | undefined): string {
    const partition = this.#partition.get(position) as string;
    const now = this.#now().toISOString();
    this.#db
      .prepare('INSERT INTO projectionist_parked VALUES (?, ?, ?, ?, ?, 1, ?)')
      .run(partition, position, JSON.stringify(reportOf(error)), statement ?? null, now, now);
    this.#db.prepare('INSERT INTO projectionist_letters VALUES (?, ?)').run(position, partition);
    this.#keepFatal(position, error);
    this.#recount();
    return partition;
  }

  /** Throws PARK_LIMIT when more partitions are parked than `limit`, a share, allows. */
  requireFew(limit: number): void {
    const parked = this.count();
    if (limit > 0 && parked <= ALWAYS_LET_THROUGH) return;
    if (parked > limit * this.#partitions) this.#partitions = this.#countPartitions();
    if (parked <= limit * this.#partitions) return;
    const { projection } = this.#program;
    throw new ProjectionistError(
      'PARK_LIMIT',
      `${parked} of ${this.#partitions} partitions of ${projection} could not be applied, which is more than parkLimit (${limit}) allows`,
      {
        hint: 'So many failures are seldom the events’ fault: correct the handlers, or raise parkLimit in the definition.',
        evidence: { projection, actual: parked, expected: limit },
      },
    );
  }

  /** The position of the event that parked a partition; undefined where it is not parked. */
  failingPosition(partition: string): number | undefined {
    const statement = this.#db.prepare('SELECT position FROM projectionist_parked WHERE partition = ?');
    return statement.pluck().get(partition) as number | undefined;
  }

  /** The positions of a partition's letters, in order. */
  letters(partition: string): number[] {
    const sql = 'SELECT position FROM projectionist_letters WHERE partition = ? ORDER BY position';
    return this.#db.prepare(sql).pluck().all(partition) as number[];
  }

  /** Forgets a partition's letters up to a position: they were applied, or are left out. */
  release(partition: string, last: number): void {
    this.#db
      .prepare('DELETE FROM projectionist_letters WHERE partition = ? AND position <= ?')
      .run(partition, last);
  }

  /** The partition is whole again. */
  unpark(partition: string): void {
    this.#db.prepare('DELETE FROM projectionist_parked WHERE partition = ?').run(partition);
    this.#recount();
  }

  /** Another attempt has failed, at the same event or a later one. */
  note(partition: string, position: number, error: ProjectionistError, statement: string | undefined): void {
    this.#db
      .prepare(
        `UPDATE projectionist_parked SET position = ?, error = ?, statement = ?, attempts = attempts + 1, tried_at = ?
         WHERE partition = ?`,
      )
      .run(
        position,
        JSON.stringify(reportOf(error)),
        statement ?? null,
        this.#now().toISOString(),
        partition,
      );
    this.#keepFatal(position, error);
  }

  /**
   * A retry came to one of a partition's letters, and ended its process there. Answers whether that is the letter in
   * front, or none at all; what stands in front stays, since nothing was applied.
   */
  noteRetry(position: number, error: ProjectionistError, at: string): boolean {
    const sql = 'SELECT partition FROM projectionist_letters WHERE position = ?';
    const partition = this.#db.prepare(sql).pluck().get(position) as string | undefined;
    if (partition === undefined) return true;
    this.#db
      .prepare(
        `UPDATE projectionist_parked SET error = ?, statement = NULL, attempts = attempts + 1, tried_at = ?
         WHERE partition = ? AND tried_at < ?`,
      )
      .run(JSON.stringify(reportOf(error)), at, partition, at);
    this.#keepFatal(position, error);
    return this.failingPosition(partition) === position;
  }

  /** Remembers that a decision was carried out here. */
  record(decision: Decision): void {
    this.#db
      .prepare('INSERT INTO projectionist_decisions VALUES (?, ?)')
      .run(decision.id, JSON.stringify(decision));
    this.#db.prepare('UPDATE projectionist_checkpoint SET revision = ?').run(decision.id);
  }

  #keepFatal(position: number, error: ProjectionistError): void {
    if (!isFatal(error)) return;
    const sql =
      'INSERT INTO projectionist_fatal VALUES (?, ?) ON CONFLICT DO UPDATE SET error = excluded.error';
    this.#db.prepare(sql).run(position, JSON.stringify(reportOf(error)));
  }

  #recount(): void {
    this.#db.exec('UPDATE projectionist_checkpoint SET parked = (SELECT count(*) FROM projectionist_parked)');
  }

  #countPartitions(): number {
    const sql = `SELECT count(DISTINCT ${partitionOf(this.#program)}) FROM log.events WHERE type IN (${typeList(this.#program)})`;
    return this.#db.prepare(sql).pluck().get() as number;
  }
}
