import { type Column, getTableColumns, is, SQL } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Write } from './handler-database.ts';
import { nearest } from '../nearest.ts';
import type { Problem } from './problem.ts';
import { describeReference } from './reference.ts';
import { pathIn } from './stored-value.ts';
import { unfitness, type ValueTypes } from './value-types.ts';
import { columnOf, sqlTypeOf } from './describe-view.ts';

type Found = Pick<Problem, 'message' | 'hint'>;

/** What is wrong with the values that a statement writes: columns that are not there, left out, or of another type. */
export function checkWrites(table: SQLiteTable, writes: readonly Write[], types: ValueTypes): Found[] {
  return writes.flatMap(({ kind, row }) => [
    ...Object.entries(row).flatMap(([key, value]) =>
      checkValue(table, columnOf(table, key), key, value, types),
    ),
    ...(kind === 'values' ? missingColumns(table, row) : []),
  ]);
}

function checkValue(
  table: SQLiteTable,
  column: Column | undefined,
  key: string,
  value: unknown,
  types: ValueTypes,
): Found[] {
  const { name } = getTableConfig(table);
  if (column === undefined) return [unknownColumn(table, name, key)];
  if (column.generated !== undefined && value !== undefined) {
    return [
      { message: `${name}.${column.name} is a generated column`, hint: 'Leave it out: SQLite computes it.' },
    ];
  }
  const path = pathIn(value);
  const misfit = path === undefined ? undefined : unfitness(column, sqlTypeOf(column), types(path));
  if (path === undefined || misfit === undefined) return [];
  const written = describeReference(path);
  return [
    {
      message: `${written} is ${misfit.what}, and the column ${name}.${column.name} (${column.getSQLType()}) cannot keep that`,
      hint: misfit.hint.replaceAll('PATH', `\${${written}}`),
    },
  ];
}

function unknownColumn(table: SQLiteTable, name: string, key: string): Found {
  const known = Object.keys(getTableColumns(table));
  const guess = nearest(key, known);
  const list = `Its columns are ${known.join(', ')}.`;
  return {
    message: `${name} has no column ${key}`,
    hint: guess === undefined ? list : `Did you mean ${guess}? ${list}`,
  };
}

/** Columns that take no NULL and get no value: every such insert would fail. */
function missingColumns(table: SQLiteTable, row: Write['row']): Found[] {
  const { name, columns } = getTableConfig(table);
  const given = new Set(
    Object.entries(getTableColumns(table))
      .filter(([key]) => row[key] !== undefined)
      .map(([, column]) => column),
  );
  const missing = columns.filter((column) => column.notNull && !given.has(column) && !hasValue(column));
  if (missing.length === 0) return [];
  return [
    {
      message: `the insert into ${name} leaves out ${missing.map((column) => column.name).join(', ')}, which cannot be NULL`,
      hint: 'Give each a value, or a .default(…) in the view; or make it nullable.',
    },
  ];
}

function hasValue(column: Column): boolean {
  const isRowNumber = column.primary && sqlTypeOf(column) === 'INTEGER';
  const hasDefault = column.default !== undefined && (column.default !== null || is(column.default, SQL));
  return isRowNumber || hasDefault || column.generated !== undefined || column.defaultFn !== undefined;
}
