import { type Column, is, SQL } from 'drizzle-orm';
import { getTableConfig, type Index, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import { quoteName } from './literal.ts';
import { nondeterministicPart } from './nondeterminism.ts';
import type { IndexDescription, ValueKind, ViewColumn, ViewDescription } from './program.ts';
import { renderSchemaSql } from './render-sql.ts';

type TableConfig = ReturnType<typeof getTableConfig>;

/** A view's key when it must keep a stable row number beside a key of its own, for full-text search. */
const ROW_NUMBER = 'projectionist_rowid';

/** Describes a view. Throws DEFINITION_INVALID for what a replay could not repeat. */
export function describeView(table: SQLiteTable, search: readonly string[]): ViewDescription {
  const config = getTableConfig(table);
  const keys = new Map(Object.entries(table).map(([key, column]) => [column as unknown, key]));
  return {
    name: config.name,
    columns: config.columns.map((column) => describeColumn(column, keys.get(column) ?? column.name)),
    primaryKey: primaryKeyOf(config),
    references: config.foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference();
      return {
        columns: names(columns),
        view: getTableConfig(foreignTable).name,
        foreignColumns: names(foreignColumns),
      };
    }),
    searchColumns: search.map((key) => {
      const column = (table as unknown as Record<string, Column | undefined>)[key];
      if (column === undefined)
        throw refuse(
          config.name,
          `search names ${key}, which is no column of it`,
          'Name columns as they are named in TypeScript.',
        );
      return column.name;
    }),
  };
}

/** CREATE TABLE for a view: STRICT, and without a row number where it has a key that is not one. */
export function createTable(table: SQLiteTable, view: ViewDescription): string {
  const config = getTableConfig(table);
  const numbered = isNumbered(view);
  const needsRowNumber = view.searchColumns.length > 0 && !numbered;
  const lines = [
    ...(needsRowNumber ? [`${quoteName(ROW_NUMBER)} INTEGER PRIMARY KEY`] : []),
    ...config.columns.map((column, index) => columnSql(column, view.columns[index] as ViewColumn, numbered)),
    ...keySql(view, numbered, needsRowNumber),
    ...config.uniqueConstraints.map((unique) => `UNIQUE (${list(names(unique.columns))})`),
    ...config.checks.map(
      (check) => `CONSTRAINT ${quoteName(check.name)} CHECK (${schemaSql(config.name, check.value)})`,
    ),
    ...config.foreignKeys.map((key) => foreignKeySql(key)),
  ];
  const options =
    view.primaryKey.length > 0 && !numbered && !needsRowNumber ? 'STRICT, WITHOUT ROWID' : 'STRICT';
  return `CREATE TABLE ${quoteName(config.name)} (\n  ${lines.join(',\n  ')}\n) ${options}`;
}

/** The view's indexes: unique ones, which conflicts need from the start, and the others. */
export function createIndexes(table: SQLiteTable): { unique: string[]; others: IndexDescription[] } {
  const { indexes, name } = getTableConfig(table);
  const unique = indexes.filter((index) => index.config.unique).map((index) => indexSql(name, index));
  const others = indexes
    .filter((index) => !index.config.unique)
    .map((index) => ({ name: index.config.name, sql: indexSql(name, index) }));
  return { unique, others };
}

/** The full-text table of a view and the triggers that keep it (https://sqlite.org/fts5.html#external_content_tables). */
export function createSearch(view: ViewDescription): string[] {
  if (view.searchColumns.length === 0) return [];
  const row = isNumbered(view) ? (view.primaryKey[0] as string) : ROW_NUMBER;
  const search = quoteName(`${view.name}_search`);
  const columns = list(view.searchColumns);
  const values = (side: string) =>
    [row, ...view.searchColumns].map((column) => `${side}.${quoteName(column)}`).join(', ');
  const remove = `INSERT INTO ${search} (${search}, rowid, ${columns}) VALUES ('delete', ${values('OLD')});`;
  const add = `INSERT INTO ${search} (rowid, ${columns}) VALUES (${values('NEW')});`;
  const trigger = (when: string, body: string) =>
    `CREATE TRIGGER ${quoteName(`${view.name}_search_${when.toLowerCase()}`)} AFTER ${when} ON ${quoteName(view.name)} BEGIN ${body} END`;
  return [
    `CREATE VIRTUAL TABLE ${search} USING fts5 (${columns}, content=${quoteName(view.name)}, content_rowid=${quoteName(row)})`,
    trigger('INSERT', add),
    trigger('DELETE', remove),
    trigger('UPDATE', `${remove} ${add}`),
  ];
}

function describeColumn(column: Column, key: string): ViewColumn {
  return {
    name: column.name,
    key,
    sqlType: sqlTypeOf(column),
    kind: kindOf(column),
    isNullable: !column.notNull && !column.primary,
    values: column.enumValues,
  };
}

function sqlTypeOf(column: Column): ViewColumn['sqlType'] {
  const declared = column.getSQLType().toUpperCase();
  if (declared.startsWith('TEXT')) return 'TEXT';
  if (declared.startsWith('INT')) return 'INTEGER';
  if (declared.startsWith('REAL')) return 'REAL';
  return declared.startsWith('BLOB') ? 'BLOB' : 'ANY';
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
  if (column.dataType === 'date')
    return (column as { mode?: string }).mode === 'timestamp_ms' ? 'timestamp-ms' : 'timestamp';
  return KINDS[column.dataType] ?? 'any';
}

function primaryKeyOf(config: TableConfig): string[] {
  const [composite] = config.primaryKeys;
  return composite === undefined
    ? names(config.columns.filter((column) => column.primary))
    : names(composite.columns);
}

/** True where the key is an INTEGER PRIMARY KEY: the row number itself. */
function isNumbered(view: ViewDescription): boolean {
  const key = view.columns.find((column) => column.name === view.primaryKey[0]);
  return view.primaryKey.length === 1 && key?.sqlType === 'INTEGER';
}

function columnSql(column: Column, description: ViewColumn, isNumberedView: boolean): string {
  refuseFunctions(column);
  const parts = [quoteName(column.name), description.sqlType];
  if (isNumberedView && column.primary) {
    parts.push(
      (column as { autoIncrement?: boolean }).autoIncrement === true
        ? 'PRIMARY KEY AUTOINCREMENT'
        : 'PRIMARY KEY',
    );
  }
  if (!description.isNullable) parts.push('NOT NULL');
  if (column.isUnique) parts.push('UNIQUE');
  if (column.generated !== undefined) parts.push(generatedSql(column));
  return parts.join(' ');
}

function generatedSql(column: Column): string {
  const { as, mode } = column.generated as { as: unknown; mode?: string };
  const expression: unknown = typeof as === 'function' ? (as as () => unknown)() : as;
  const text = is(expression, SQL) ? schemaSql(column.name, expression) : String(expression);
  return `GENERATED ALWAYS AS (${text}) ${mode === 'stored' ? 'STORED' : 'VIRTUAL'}`;
}

function refuseFunctions(column: Column): void {
  const call =
    column.defaultFn === undefined
      ? column.onUpdateFn === undefined
        ? undefined
        : '$onUpdateFn'
      : '$defaultFn';
  if (call === undefined) return;
  throw refuse(
    column.name,
    `the column has ${call}, which would run once, at load, and not for each row`,
    'Write the value in the handler.',
  );
}

function keySql(view: ViewDescription, numbered: boolean, needsRowNumber: boolean): string[] {
  if (view.primaryKey.length === 0 || numbered) return [];
  return [`${needsRowNumber ? 'UNIQUE' : 'PRIMARY KEY'} (${list(view.primaryKey)})`];
}

function foreignKeySql(key: TableConfig['foreignKeys'][number]): string {
  const { columns, foreignTable, foreignColumns } = key.reference();
  const target = quoteName(getTableConfig(foreignTable).name);
  const actions = [
    key.onDelete === undefined ? '' : ` ON DELETE ${key.onDelete.toUpperCase()}`,
    key.onUpdate === undefined ? '' : ` ON UPDATE ${key.onUpdate.toUpperCase()}`,
  ];
  return `FOREIGN KEY (${list(names(columns))}) REFERENCES ${target} (${list(names(foreignColumns))})${actions.join('')}`;
}

function indexSql(table: string, index: Index): string {
  const { config } = index;
  const columns = config.columns.map((column) =>
    is(column, SQL) ? schemaSql(table, column) : quoteName((column as Column).name),
  );
  const where = config.where === undefined ? '' : ` WHERE ${schemaSql(table, config.where)}`;
  return `CREATE ${config.unique ? 'UNIQUE ' : ''}INDEX ${quoteName(config.name)} ON ${quoteName(table)} (${columns.join(', ')})${where}`;
}

function schemaSql(place: string, tree: SQL): string {
  const text = renderSchemaSql(tree);
  const part = nondeterministicPart(text);
  if (part !== undefined)
    throw refuse(place, `${part} gives another answer at each replay`, 'Take the value from the event.');
  return text;
}

function names(columns: readonly { name: string }[]): string[] {
  return columns.map(({ name }) => name);
}

function list(columns: readonly string[]): string {
  return columns.map(quoteName).join(', ');
}

function refuse(place: string, what: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `${place}: ${what}`, { hint });
}
