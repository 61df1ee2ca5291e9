import { type Column, getTableColumns } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { ValueKind, ViewColumn, ViewDescription } from './program.ts';

type TableConfig = ReturnType<typeof getTableConfig>;

/** Describes a view. Throws DEFINITION_INVALID for what SQLite would not make of it. */
export function describeView(table: SQLiteTable, search: readonly string[]): ViewDescription {
  const config = getTableConfig(table);
  const keys = new Map(Object.entries(table).map(([key, column]) => [column as unknown, key]));
  const primaryKey = primaryKeyOf(config);
  refuseDoubledColumns(config);
  return {
    name: config.name,
    columns: config.columns.map((column) =>
      describeColumn(column, keys.get(column) ?? column.name, primaryKey.includes(column.name)),
    ),
    primaryKey,
    references: config.foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference();
      return {
        columns: names(columns),
        view: getTableConfig(foreignTable).name,
        foreignColumns: names(foreignColumns),
      };
    }),
    searchColumns: search.map((key) => searchColumn(table, config.name, key)),
  };
}

/** True where the key is an INTEGER PRIMARY KEY: the row number itself. */
export function isNumbered(view: ViewDescription): boolean {
  const key = view.columns.find((column) => column.name === view.primaryKey[0]);
  return view.primaryKey.length === 1 && key?.sqlType === 'INTEGER';
}

/**
 * The type that a column has in a STRICT table, by SQLite's rules of affinity
 * (https://sqlite.org/datatype3.html#determination_of_column_affinity); ANY where STRICT knows none.
 */
export function sqlTypeOf(column: Column): ViewColumn['sqlType'] {
  const declared = column.getSQLType().toUpperCase();
  if (declared.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(declared)) return 'TEXT';
  if (declared.includes('BLOB')) return 'BLOB';
  return /REAL|FLOA|DOUB/.test(declared) ? 'REAL' : 'ANY';
}

/** A table's column by its name in TypeScript. */
export function columnOf(table: SQLiteTable, key: string): Column | undefined {
  const columns = getTableColumns(table) as Readonly<Record<string, Column>>;
  return Object.hasOwn(columns, key) ? columns[key] : undefined;
}

export function names(columns: readonly { name: string }[]): string[] {
  return columns.map(({ name }) => name);
}

function describeColumn(column: Column, key: string, isKey: boolean): ViewColumn {
  return {
    name: column.name,
    key,
    sqlType: sqlTypeOf(column),
    kind: kindOf(column),
    isNullable: !column.notNull && !isKey,
    values: column.enumValues,
  };
}

const KINDS: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  json: 'json',
  bigint: 'bigint',
  buffer: 'bytes',
};

function kindOf(column: Column): ValueKind {
  if (column.dataType !== 'date') return KINDS[column.dataType] ?? 'any';
  return (column as { mode?: string }).mode === 'timestamp_ms' ? 'timestamp-ms' : 'timestamp';
}

function primaryKeyOf(config: TableConfig): string[] {
  const [composite] = config.primaryKeys;
  return names(composite?.columns ?? config.columns.filter((column) => column.primary));
}

function searchColumn(table: SQLiteTable, view: string, key: string): string {
  const column = columnOf(table, key);
  if (column === undefined) {
    throw refuse(
      `${view}: search names ${key}, which is no column of it`,
      `${didYouMean(key, Object.keys(getTableColumns(table)))}Name columns as they are named in TypeScript.`,
    );
  }
  if (/^(rank|rowid)$/i.test(column.name)) {
    throw refuse(
      `${view}: search names ${key}, and SQLite's full-text search keeps that name for itself`,
      'Give the column another name.',
    );
  }
  return column.name;
}

/** SQLite does not tell names apart by case. */
function refuseDoubledColumns({ name, columns }: TableConfig): void {
  if (columns.length === 0)
    throw refuse(`${name} has no columns`, 'Write sqliteTable(name, { id: text().primaryKey(), … }).');
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column.name.toLowerCase())) {
      throw refuse(
        `${name} has two columns named ${column.name}`,
        'Give each a name of its own; case makes no difference.',
      );
    }
    seen.add(column.name.toLowerCase());
  }
}

function refuse(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint });
}
