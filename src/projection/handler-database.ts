import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';

type Database = BaseSQLiteDatabase<'sync', unknown>;

/** What a handler gets as `db`: Drizzle's builders for SQLite. Statements are returned, never run. */
export type HandlerDatabase = Pick<
  Database,
  'insert' | 'update' | 'delete' | 'select' | 'selectDistinct' | 'with' | '$with'
>;

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

/** A Drizzle database without a driver, that counts the writing statements which are begun on it. */
export class RecordingDatabase {
  begun = 0;
  readonly database: HandlerDatabase;

  constructor() {
    const drizzle = new BaseSQLiteDatabase(
      'sync',
      new SQLiteSyncDialect(),
      REFUSING_SESSION as never,
      undefined,
    );
    const counted = new Set<PropertyKey>(['insert', 'update', 'delete']);
    this.database = new Proxy(drizzle, {
      get: (target, key) => {
        if (counted.has(key)) this.begun += 1;
        return Reflect.get(target, key) as unknown;
      },
    });
  }
}
