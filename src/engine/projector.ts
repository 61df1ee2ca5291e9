import type { SqliteDatabase, SqliteStatement } from '../database/open.ts';
import { transactDeferred } from '../database/transaction.ts';
import { ProjectionistError } from '../errors.ts';
import type { ProgramFunction } from '../projection/compile.ts';
import { feedInsert, UPCAST_FUNCTION } from '../projection/feed-sql.ts';
import type { Program } from '../projection/program.ts';
import { isDamage, isEngineFault, isStorageFault, isTooNew } from './faults.ts';
import { type Checkpoint, readCheckpoint } from './generation-file.ts';
import { tooNew } from './too-new.ts';

/** Brings an event's data from one schema version to another. */
export type UpcastData = (type: string, from: number, to: number, data: unknown) => unknown;

/** What a program needs besides data. */
export interface ProgramCode {
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  readonly upcast: UpcastData;
}

/** Above this share of the log, reading every event is faster than an index. */
const DENSE_SHARE = 1 / 8;
/** Up to so many positions a scan is cheap whatever the share. */
const SHORT_RANGE = 64;

/**
 * Applies events to one generation, through a connection on which the feed is set up and the log attached. Everything
 * is synchronous, and every call is one transaction: rows and checkpoint commit together.
 */
export class Projector {
  readonly program: Program;
  readonly #db: SqliteDatabase;
  readonly #scan: SqliteStatement;
  readonly #indexed: SqliteStatement;
  readonly #advance: SqliteStatement;
  readonly #eventId: SqliteStatement;
  readonly #count: SqliteStatement;
  #position: number;

  constructor(db: SqliteDatabase, program: Program, code: ProgramCode) {
    this.program = program;
    this.#db = db;
    registerCode(db, program, code);
    this.#scan = db.prepare(feedInsert(program, 'scan'));
    this.#indexed = db.prepare(feedInsert(program, 'index'));
    this.#advance = db.prepare(
      'UPDATE projectionist_checkpoint SET position = ?, event_id = ? WHERE position = ?',
    );
    this.#eventId = db.prepare('SELECT id FROM log.events WHERE position = ?').pluck();
    this.#count = db
      .prepare('SELECT count(*) FROM log.events NOT INDEXED WHERE position > ? AND position <= ?')
      .pluck();
    this.#position = (readCheckpoint(db) as Checkpoint).position;
  }

  /** The position up to which the generation is applied. */
  get position(): number {
    return this.#position;
  }

  /** The share of the log's events that concern this projection, from 0 to 1. */
  share(head: number): number {
    if (head === 0) return 1;
    const types = this.program.types.map(() => '?').join(', ');
    const count = this.#db
      .prepare(`SELECT coalesce(sum(events), 0) FROM log.event_types WHERE type IN (${types})`)
      .pluck();
    return (count.get(...this.program.types.map(({ type }) => type)) as number) / head;
  }

  /**
   * Applies the events after the checkpoint up to position `to`, in one transaction. Throws LOG_GAP when the next
   * event is not in the log, CHECKPOINT_MOVED when somebody else advanced the checkpoint; whatever a statement raises
   * passes through, and then nothing has changed.
   */
  apply(to: number, share = 1): void {
    const from = this.#position;
    if (to <= from) return;
    const isSparse = share < DENSE_SHARE && to - from > SHORT_RANGE;
    // Deferred: BEGIN IMMEDIATE would take the attached log's write lock too, and hold up every append.
    transactDeferred(this.#db, () => {
      // An index has no place to look for what is missing in between: then the two ends must do.
      if (isSparse) this.#eventAt(from + 1);
      else this.#requireAll(from, to);
      // First, so that a second projector is found out before it has touched a row.
      if (this.#advance.run(to, this.#eventAt(to), from).changes !== 1) throw this.#moved(from);
      (isSparse ? this.#indexed : this.#scan).run(from, to);
    });
    this.#position = to;
  }

  /**
   * Applies what can be applied up to `to`, after a batch to there has failed: halves the range that holds the fault
   * until one event stands alone. Returns that event's error, or undefined when everything went well after all.
   */
  applyAround(to: number, share = 1): ProjectionistError | undefined {
    let failing = to;
    while (this.#position < failing) {
      const end = this.#position + Math.ceil((failing - this.#position) / 2);
      try {
        this.apply(end, share);
      } catch (error) {
        if (isStorageFault(error) || isEngineFault(error) || isDamage(error)) throw error;
        if (end === this.#position + 1) return this.#applyError(end, error);
        failing = end;
      }
    }
    return undefined;
  }

  /** Throws LOG_GAP unless the log has every position after `from` up to `to`. Costs a twentieth of applying them. */
  #requireAll(from: number, to: number): void {
    if (this.#count.get(from, to) === to - from) return;
    for (let position = from + 1; position <= to; position += 1) this.#eventAt(position);
  }

  /** The id of an event that must be there. */
  #eventAt(position: number): string {
    const id = this.#eventId.get(position) as string | undefined;
    if (id !== undefined) return id;
    throw new ProjectionistError(
      'LOG_GAP',
      `The log has no event at position ${position}, which comes next`,
      {
        hint: 'The log was replaced or damaged. Restore it, then rebuild.',
        evidence: { projection: this.program.projection, position },
      },
    );
  }

  #moved(from: number): ProjectionistError {
    const found = readCheckpoint(this.#db)?.position;
    return new ProjectionistError(
      'CHECKPOINT_MOVED',
      `Another projector works on this generation: the checkpoint is at ${found}, not at ${from}`,
      {
        hint: 'Let only one process run this projection.',
        evidence: { projection: this.program.projection, expected: from, actual: found },
      },
    );
  }

  #applyError(position: number, cause: unknown): ProjectionistError {
    const event = this.#db
      .prepare('SELECT id, type, stream FROM log.events WHERE position = ?')
      .get(position) as { id: string; type: string; stream: string } | undefined;
    const { projection } = this.program;
    if (isTooNew(cause)) return tooNew(cause as ProjectionistError, { projection, position, ...event });
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ProjectionistError(
      'APPLY_FAILED',
      `${event?.type ?? 'The event'} at position ${position} cannot be applied: ${reason}`,
      {
        hint: 'Correct the handler (a changed definition is built anew), or append an event that puts the data right.',
        evidence: { projection, position, eventId: event?.id, eventType: event?.type, stream: event?.stream },
        cause,
      },
    );
  }
}

function registerCode(db: SqliteDatabase, program: Program, code: ProgramCode): void {
  for (const name of Object.keys(program.functions)) {
    const implementation = code.functions.get(name);
    if (implementation === undefined)
      throw new Error(`The function ${name} of ${program.projection} is missing`);
    db.function(name, { deterministic: true, varargs: true }, (...values: never[]) =>
      sqlValue(name, implementation(...values)),
    );
  }
  const versions = new Map(program.types.map(({ type, schemaVersion }) => [type, schemaVersion]));
  db.function(UPCAST_FUNCTION, { deterministic: true }, (type: string, version: number, data: string) =>
    JSON.stringify(code.upcast(type, version, versions.get(type) ?? version, JSON.parse(data))),
  );
}

function sqlValue(name: string, value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    throw new TypeError(`${name} returned an object; return text, a number, a boolean, bytes or null`);
  }
  return value;
}
