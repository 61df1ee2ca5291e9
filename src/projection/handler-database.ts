import { BaseSQLiteDatabase, SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import { type Row, storedRow } from './stored-value.ts';

type Database = BaseSQLiteDatabase<'sync', unknown>;

/** What a handler gets as `db`: Drizzle's builders for SQLite. Statements are returned, never run. */
export type HandlerDatabase = Pick<
  Database,
  'insert' | 'update' | 'delete' | 'select' | 'selectDistinct' | 'with' | '$with'
>;

/** What a statement writes into columns: a row of `values`, or the `set` of an update or of a conflict clause. */
export interface Write {
  readonly kind: 'values' | 'set';
  /** By the names of TypeScript, as the handler gave it. */
  readonly row: Row;
}

const REFUSING_SESSION = new Proxy(
  {},
  {
    get: () => {
      throw new ProjectionistError('DEFINITION_INVALID', 'A handler ran a statement', {
        hint: 'Return the statement; Projectionist runs it for each event. Drop .run(), .all(), .get() and await.',
      });
    },
  },
);

// Drizzle's builders are generic in ways that matter to their caller only; here they are what they do.
interface Builder {
  values(rows: Row | readonly Row[]): Builder;
  set(row: Row): Builder;
  onConflictDoUpdate(config: { set: Row }): Builder;
}

/**
 * A Drizzle database without a driver. It counts the writing statements that are begun on it, remembers what each one
 * writes, and has paths of the event stored in the form that their columns keep.
 */
export class RecordingDatabase {
  begun = 0;
  readonly database: HandlerDatabase;
  readonly #drizzle = new BaseSQLiteDatabase(
    'sync',
    new SQLiteSyncDialect(),
    REFUSING_SESSION as never,
    undefined,
  );
  readonly #writes = new WeakMap<object, Write[]>();

  constructor() {
    const own: Record<PropertyKey, unknown> = {
      insert: (table: SQLiteTable) => this.#insert(table),
      update: (table: SQLiteTable) => this.#update(table),
      delete: (table: SQLiteTable) => {
        this.begun += 1;
        return this.#drizzle.delete(table);
      },
    };
    this.database = new Proxy(this.#drizzle, {
      get: (target, key) => own[key] ?? (Reflect.get(target, key) as unknown),
    });
  }

  /** What a statement writes, in the order in which it was said. */
  writesOf(statement: object): readonly Write[] {
    return this.#writes.get(statement) ?? [];
  }

  #insert(table: SQLiteTable): Builder {
    this.begun += 1;
    const builder = this.#drizzle.insert(table) as unknown as Builder;
    const values = builder.values.bind(builder);
    builder.values = (given) => {
      const rows = (Array.isArray(given) ? given : [given]) as readonly Row[];
      const insert = values(rows.map((row) => storedRow(table, row)));
      this.#writes.set(
        insert,
        rows.map((row) => ({ kind: 'values', row })),
      );
      return this.#withConflicts(table, insert);
    };
    return builder;
  }

  #withConflicts(table: SQLiteTable, insert: Builder): Builder {
    const onConflictDoUpdate = insert.onConflictDoUpdate.bind(insert);
    insert.onConflictDoUpdate = (config) => {
      this.#writes.get(insert)?.push({ kind: 'set', row: config.set });
      return onConflictDoUpdate({ ...config, set: storedRow(table, config.set) });
    };
    return insert;
  }

  #update(table: SQLiteTable): Builder {
    this.begun += 1;
    const builder = this.#drizzle.update(table) as unknown as Builder;
    const set = builder.set.bind(builder);
    builder.set = (row) => {
      const update = set(storedRow(table, row));
      this.#writes.set(update, [{ kind: 'set', row }]);
      return update;
    };
    return builder;
  }
}
