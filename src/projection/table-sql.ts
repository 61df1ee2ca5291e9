import { type Column, is, SQL } from 'drizzle-orm';
import { getTableConfig, type Index, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import { isNumbered, names } from './describe-view.ts';
import { quoteName } from './literal.ts';
import { nondeterministicPart } from './nondeterminism.ts';
import type { IndexDescription, ViewColumn, ViewDescription } from './program.ts';
import { renderSchemaSql } from './render-sql.ts';
import { ROW_NUMBER } from './search-sql.ts';

type TableConfig = ReturnType<typeof getTableConfig>;

/** How rows are found: by their number, by a key that is one with the table, or by both. */
type Key = 'number' | 'own' | 'number and own';

/** CREATE TABLE for a view. Throws DEFINITION_INVALID for what a replay could not repeat. */
export function createTable(table: SQLiteTable, view: ViewDescription): string {
  const config = getTableConfig(table);
  const key = keyOf(view);
  const isStrict = view.columns.every(({ sqlType }) => sqlType !== 'ANY');
  const lines = [
    ...(key === 'number and own' ? [`${quoteName(ROW_NUMBER)} INTEGER PRIMARY KEY`] : []),
    ...config.columns.map((column, index) =>
      columnSql(column, view.columns[index] as ViewColumn, view, isStrict),
    ),
    ...keySql(view, key),
    ...config.uniqueConstraints.map((unique) => `UNIQUE (${list(names(unique.columns))})`),
    ...config.checks.map(
      (check) => `CONSTRAINT ${quoteName(check.name)} CHECK (${schemaSql(config.name, check.value)})`,
    ),
    ...config.foreignKeys.map(foreignKeySql),
  ];
  return `CREATE TABLE ${quoteName(config.name)} (\n  ${lines.join(',\n  ')}\n)${tableOptions(isStrict, key)}`;
}

/** The view's indexes: unique ones, which conflicts need from the start, and the others. */
export function createIndexes(table: SQLiteTable): {
  unique: IndexDescription[];
  others: IndexDescription[];
} {
  const { indexes, name } = getTableConfig(table);
  const describe = (index: Index) => ({ name: index.config.name, sql: indexSql(name, index) });
  return {
    unique: indexes.filter((index) => index.config.unique).map(describe),
    others: indexes.filter((index) => !index.config.unique).map(describe),
  };
}

function keyOf(view: ViewDescription): Key {
  if (isNumbered(view)) return 'number';
  if (view.searchColumns.length > 0) return 'number and own';
  return view.primaryKey.length === 0 ? 'number' : 'own';
}

/**
 * STRICT, so that a value of the wrong type is an error and not a surprise, and WITHOUT ROWID where the key is no row
 * number. STRICT lacks NUMERIC, and ANY would keep '1' and 1 apart: tables with such a column do without it.
 */
function tableOptions(isStrict: boolean, key: Key): string {
  const options = [...(isStrict ? ['STRICT'] : []), ...(key === 'own' ? ['WITHOUT ROWID'] : [])];
  return options.length === 0 ? '' : ` ${options.join(', ')}`;
}

function keySql(view: ViewDescription, key: Key): string[] {
  if (view.primaryKey.length === 0 || key === 'number') return [];
  return [`${key === 'own' ? 'PRIMARY KEY' : 'UNIQUE'} (${list(view.primaryKey)})`];
}

function columnSql(
  column: Column,
  description: ViewColumn,
  view: ViewDescription,
  isStrict: boolean,
): string {
  refuseFunctions(column, view.name);
  const type = description.sqlType === 'ANY' && !isStrict ? 'NUMERIC' : description.sqlType;
  const parts = [quoteName(column.name), type];
  if (isNumbered(view) && view.primaryKey[0] === column.name) {
    const isCounted = (column as { autoIncrement?: boolean }).autoIncrement === true;
    parts.push(isCounted ? 'PRIMARY KEY AUTOINCREMENT' : 'PRIMARY KEY');
  }
  if (!description.isNullable) parts.push('NOT NULL');
  if (column.isUnique) parts.push('UNIQUE');
  if (column.generated !== undefined) parts.push(generatedSql(column, view.name));
  return parts.join(' ');
}

function generatedSql(column: Column, view: string): string {
  const { as, mode } = column.generated as { as: unknown; mode?: string };
  const expression: unknown = typeof as === 'function' ? (as as () => unknown)() : as;
  const text = is(expression, SQL) ? schemaSql(`${view}.${column.name}`, expression) : String(expression);
  return `GENERATED ALWAYS AS (${text}) ${mode === 'stored' ? 'STORED' : 'VIRTUAL'}`;
}

function refuseFunctions(column: Column, view: string): void {
  const call =
    column.defaultFn === undefined
      ? column.onUpdateFn === undefined
        ? undefined
        : '$onUpdateFn'
      : '$defaultFn';
  if (call === undefined) return;
  throw refuse(
    `${view}.${column.name}`,
    `the column has ${call}, which would run once, at load, and not for each row`,
    'Write the value in the handler.',
  );
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

function list(columns: readonly string[]): string {
  return columns.map(quoteName).join(', ');
}

function refuse(place: string, what: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `${place}: ${what}`, { hint });
}
