import { drizzle } from 'drizzle-orm/better-sqlite3';
import { getTableName } from 'drizzle-orm';
import type { SQLiteSelectBuilder, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from './errors.ts';
import type { GenerationReader } from './query/generation-reader.ts';

/** A projection's views as they were at one position. Made by `projectionist.asOf`, and to be closed: `await using`. */
export class PastViews {
  readonly position: number;
  /** The time of the event at the position; undefined before the first event. */
  readonly time: string | undefined;
  readonly #reader: GenerationReader;
  readonly #release: () => void;

  constructor(reader: GenerationReader, time: string | undefined, release: () => void) {
    this.#reader = reader;
    this.#release = release;
    this.position = reader.position();
    this.time = time;
  }

  /** Rows of a view, as a Drizzle select. Throws VIEW_UNKNOWN for another projection's. */
  view<Table extends SQLiteTable>(table: Table): SelectFrom<Table> {
    const { program } = this.#reader.generation;
    const name = getTableName(table);
    if (!program.views.some((view) => view.name === name)) {
      throw new ProjectionistError('VIEW_UNKNOWN', `${name} is no view of ${program.projection}`, {
        hint: `Its views are ${program.views.map((view) => view.name).join(', ')}.`,
      });
    }
    return drizzle(this.#reader.db)
      .select()
      .from(table as SQLiteTable) as unknown as SelectFrom<Table>;
  }

  close(): void {
    this.#reader.close();
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

declare const select: SQLiteSelectBuilder<undefined, 'sync', unknown>;

/** A Drizzle select of all columns of a view, to be narrowed, and then awaited or run with `all()`. */
export type SelectFrom<Table extends SQLiteTable> = ReturnType<typeof select.from<Table>>;
