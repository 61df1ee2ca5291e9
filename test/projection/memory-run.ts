import Database from 'better-sqlite3';
import { upcast } from '../../src/event-log/upcast.ts';
import { logTables } from '../../src/event-log/format.ts';
import { compile, type CompiledProjection } from '../../src/projection/compile.ts';
import type { Projection } from '../../src/projection/define.ts';
import { feedInsert, feedSetup, UPCAST_FUNCTION } from '../../src/projection/feed-sql.ts';
import { describeProblem } from '../../src/projection/problem.ts';

export interface TestEvent {
  readonly type: string;
  readonly data: unknown;
  readonly stream?: string;
  readonly metadata?: unknown;
  readonly schemaVersion?: number;
}

/** Compiles a definition that must have no problems. */
export function compiled(definition: Projection): CompiledProjection {
  const { compiled: result, problems } = compile(definition);
  if (result === undefined) throw new Error(problems.map(describeProblem).join('\n'));
  return result;
}

/** The problems of a definition, each as it would be printed. */
export function problemsOf(definition: unknown): string[] {
  return compile(definition as Projection).problems.map(describeProblem);
}

/** The statements of one event type's blocks, by block: what SQLite will run. */
export function statementsOf(definition: Projection, type: string): string[] {
  return (compiled(definition).program.feed[type] ?? []).flatMap(({ name, statements }) =>
    statements.map((statement) => (name === 'feed' ? statement : `${name}: ${statement}`)),
  );
}

/** A projection over a log, both in memory, through the same statements that the engine uses. */
export class MemoryRun {
  readonly db = new Database(':memory:');
  readonly #program;
  #position = 0;

  constructor(definition: Projection) {
    const { program, functions } = compiled(definition);
    this.#program = program;
    for (const sql of [...Object.values(program.tables), ...program.search]) this.db.exec(sql);
    for (const { sql } of program.indexes) this.db.exec(sql);
    this.db.exec("ATTACH ':memory:' AS log");
    this.db.exec(logTables('log'));
    for (const [name, implementation] of functions) {
      this.db.function(name, { deterministic: true, varargs: true }, (...values) => {
        const answer = implementation(...(values as never[]));
        return typeof answer === 'boolean' ? Number(answer) : answer;
      });
    }
    this.db.function(UPCAST_FUNCTION, (type, version, data) => {
      return JSON.stringify(
        upcast(definition.events, String(type), Number(version), JSON.parse(String(data))),
      );
    });
    for (const sql of feedSetup(program)) this.db.exec(sql);
  }

  /** Appends events and applies them as one batch. */
  apply(...events: readonly TestEvent[]): this {
    const from = this.#position;
    for (const event of events) this.#append(event);
    this.db.prepare(feedInsert(this.#program, 'scan')).run(from, this.#position);
    return this;
  }

  rows(sql: string): unknown[] {
    return this.db.prepare(sql).all();
  }

  #append({ type, data, stream = 's-1', metadata, schemaVersion }: TestEvent): void {
    this.#position += 1;
    const current = this.#program.types.find((known) => known.type === type)?.schemaVersion ?? 1;
    this.db
      .prepare('INSERT INTO log.events VALUES (?, ?, ?, ?, ?, ?, ?, jsonb(?), jsonb(?))')
      .run(
        this.#position,
        `id-${this.#position}`,
        stream,
        this.#position,
        type,
        schemaVersion ?? current,
        `2026-01-01T00:00:${String(this.#position % 60).padStart(2, '0')}.000Z`,
        JSON.stringify(data),
        metadata === undefined ? null : JSON.stringify(metadata),
      );
  }
}
