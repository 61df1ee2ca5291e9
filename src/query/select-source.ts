import { Column, getTableColumns, is, SQL, Subquery, Table } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { ProjectionistError } from '../errors.ts';
import type { NamedQuery } from '../projection/define.ts';
import type { ViewColumn, ViewDescription } from '../projection/program.ts';
import type { Source } from './plan.ts';
import { sqlValue } from './policies.ts';
import type { GenerationReader } from './generation-reader.ts';

/** What is used of a Drizzle select. */
interface DrizzleSelect {
  toSQL(): { sql: string; params: unknown[] };
  /** Protected, and the one place that has the fields as they were given: getSelectedFields() asks for aliases. */
  readonly config: { readonly fields: Readonly<Record<string, unknown>> };
}

/** The rows of a named query, to be filtered, ordered and cut as if they were a view. Throws DEFINITION_INVALID. */
export function selectSource(
  reader: GenerationReader,
  name: string,
  query: NamedQuery,
  values: Readonly<Record<string, unknown>>,
): Source {
  const select: unknown = query.build(values, drizzle(reader.db));
  if (!isSelect(select))
    throw new ProjectionistError('DEFINITION_INVALID', `The query ${name} answers no Drizzle select`, {
      hint: 'Return db.select()… without .all().',
    });
  const { views } = reader.generation.program;
  const { sql, params } = select.toSQL();
  return {
    // No view's name has a slash before it: the rows cannot be taken for a table.
    view: {
      name: `rpc/${name}`,
      columns: columnsOf(select, views),
      primaryKey: [],
      references: [],
      searchColumns: [],
    },
    sql: {
      sql,
      values: params.map(sqlValue),
      views: views.map((view) => view.name).filter((view) => isNamedIn(sql, view)),
    },
  };
}

function isSelect(value: unknown): value is DrizzleSelect {
  return typeof value === 'object' && value !== null && 'toSQL' in value && 'config' in value;
}

/** True where SQL may read a view. In doubt it does: a policy too many changes nothing. */
function isNamedIn(sql: string, view: string): boolean {
  return sql.toLowerCase().includes(view.toLowerCase());
}

function columnsOf(select: DrizzleSelect, views: readonly ViewDescription[]): ViewColumn[] {
  return flatten(select.config.fields, []).map(([path, field]) => ({
    ...kindOf(field, views),
    name: path.join('_'),
    key: path.join('_'),
  }));
}

/** The selected fields in the order of the columns; those of a join stand one level deeper, under the table's name. */
function flatten(fields: Readonly<Record<string, unknown>>, path: readonly string[]): [string[], unknown][] {
  return Object.entries(fields).flatMap(([key, field]): [string[], unknown][] => {
    const own = [...path, key];
    if (is(field, Column) || is(field, SQL) || is(field, SQL.Aliased) || is(field, Subquery))
      return [[own, field]];
    return flatten(
      is(field, Table) ? getTableColumns(field) : (field as Readonly<Record<string, unknown>>),
      own,
    );
  });
}

const UNKNOWN: ViewColumn = {
  name: '',
  key: '',
  sqlType: 'ANY',
  kind: 'any',
  isNullable: true,
  values: undefined,
};
const ORIGINAL_NAME = Symbol.for('drizzle:OriginalName');

/** A view's column is what it is there; what SQL computes is whatever it turns out to be. */
function kindOf(field: unknown, views: readonly ViewDescription[]): ViewColumn {
  if (!is(field, Column)) return UNKNOWN;
  const table = (field.table as unknown as Readonly<Record<symbol, string>>)[ORIGINAL_NAME];
  const column = views
    .find((view) => view.name === table)
    ?.columns.find((candidate) => candidate.name === field.name);
  return column === undefined ? UNKNOWN : { ...column, isNullable: true };
}
