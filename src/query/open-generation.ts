import { openDatabase, type SqliteDatabase } from '../database/open.ts';
import { addSqlFunctions } from './sql-functions.ts';

/** Opens a generation's file for queries, with the functions that they call. */
export function openGeneration(path: string): SqliteDatabase {
  const db = openDatabase(path, { purpose: 'read' });
  addSqlFunctions(db);
  return db;
}
