import { type Column, is, SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { columnOf } from './describe-view.ts';
import { type Reference, sqlOf } from './reference.ts';
import { hasSql } from './sql-tree.ts';
import { referenceOf } from './symbolic-event.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A row as Drizzle is to write it: what is SQL stays SQL, and a path takes the form that its column keeps. */
export function storedRow(table: SQLiteTable, row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, storedValue(columnOf(table, key), value)]),
  );
}

function storedValue(column: Column | undefined, value: unknown): unknown {
  const reference = pathIn(value);
  if (column !== undefined && reference !== undefined) return storedPath(column, value as SQL, reference);
  // A subquery or a column: Drizzle would take it for a literal, and encode it.
  return hasSql(value) && !is(value, SQL) ? sql`${value}` : value;
}

/** The path that a value is, and not merely contains. */
export function pathIn(value: unknown): Reference | undefined {
  return is(value, SQL) && value.queryChunks.length === 1 ? referenceOf(value) : undefined;
}

/** How Drizzle's columns keep their values, done in SQL: JSON as text or bytes, a bigint as the bytes of its digits. */
function storedPath(column: Column, path: SQL, reference: Reference): SQL {
  const isBytes = column.getSQLType().toLowerCase() === 'blob';
  if (column.dataType === 'json') {
    const json = sqlOf(reference, 'json');
    return isBytes ? sql`cast(${json} as blob)` : json;
  }
  return column.dataType === 'bigint' && isBytes ? sql`cast(${path} as blob)` : path;
}
