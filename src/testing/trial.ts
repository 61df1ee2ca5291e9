import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { SqliteDatabase } from '../database/open.ts';
import { transactDeferred } from '../database/transaction.ts';
import { connectFeed, openGeneration } from '../engine/generations/generation-file.ts';
import { codeOf } from '../engine/apply/program-code.ts';
import { Projector } from '../engine/apply/projector.ts';
import type { CheckedEvent } from '../event-log/event.ts';
import { logTables } from '../event-log/format.ts';
import { LogWriter } from '../event-log/writer.ts';
import type { CompiledProjection } from '../projection/compile.ts';
import type { ViewDescription } from '../projection/program.ts';
import { quoteName } from '../projection/literal.ts';
import type { WayToApply } from './ways-to-apply.ts';

/** Rows as SQLite has them, by the view's name. */
export type StoredRows = ReadonlyMap<string, readonly unknown[]>;

/** One run of a compiled projection over a log, both in memory: by the compiler and the projector of the real engine. */
export class Trial {
  readonly #compiled: CompiledProjection;
  readonly #db: SqliteDatabase;
  readonly #writer: LogWriter;

  constructor(compiled: CompiledProjection) {
    this.#compiled = compiled;
    this.#db = openGeneration(':memory:', compiled.program, 'test', 'derived');
    connectFeed(this.#db, compiled.program, ':memory:');
    this.#db.exec(logTables('log'));
    this.#writer = new LogWriter(this.#db, 'log');
  }

  /** Applies the events. Throws APPLY_FAILED for the first that cannot be applied; those before it are. */
  apply(events: readonly CheckedEvent[], way: WayToApply): void {
    this.#applyTo(this.#deliver(events), way);
    if (way.isRedelivered === true) this.#applyTo(this.#deliver(events), way);
  }

  /** A view's rows as Drizzle reads them, with TypeScript's names, in the order of the primary key. */
  rows(table: SQLiteTable, view: ViewDescription): object[] {
    const keys = view.columns.filter(({ name }) => view.primaryKey.includes(name)).map(({ key }) => key);
    const columns = table as unknown as Readonly<Record<string, never>>;
    const select = drizzle(this.#db).select().from(table);
    return select.orderBy(...keys.map((key) => columns[key] as never)).all();
  }

  storedRows(): StoredRows {
    return new Map(this.#compiled.program.views.map((view) => [view.name, this.#stored(view)]));
  }

  close(): void {
    this.#db.close();
  }

  /** Writes the events to the log, and answers its head. */
  #deliver(events: readonly CheckedEvent[]): number {
    return transactDeferred(this.#db, () => {
      this.#writer.begin();
      for (const event of events) this.#writer.appendOne(event);
      this.#writer.finish();
      return this.#db.prepare('SELECT coalesce(max(position), 0) FROM log.events').pluck().get() as number;
    });
  }

  #applyTo(head: number, { batchSize, isInterrupted }: WayToApply): void {
    let projector = this.#projector();
    while (projector.position < head) {
      projector.applyOrPark(Math.min(head, projector.position + batchSize));
      if (isInterrupted === true) projector = this.#projector();
    }
  }

  #projector(): Projector {
    return new Projector(this.#db, this.#compiled.program, codeOf(this.#compiled));
  }

  #stored({ name, primaryKey }: ViewDescription): unknown[] {
    const order = primaryKey.length === 0 ? '' : ` ORDER BY ${primaryKey.map(quoteName).join(', ')}`;
    return this.#db.prepare(`SELECT * FROM ${quoteName(name)}${order}`).all();
  }
}
