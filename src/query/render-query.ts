import { quoteName } from '../projection/literal.ts';
import { ProjectionistError } from '../errors.ts';
import type { ViewColumn, ViewDescription } from '../projection/program.ts';
import type { ViewQuery } from './view-query.ts';

export interface RenderedQuery {
  readonly sql: string;
  readonly values: readonly (string | number | bigint | null)[];
}

/** A query as SQL. Names are looked up in the description; everything of the request's is a bound value. */
export function renderQuery(query: ViewQuery, view: ViewDescription): RenderedQuery {
  const columns = view.columns.map(({ name }) => quoteName(name)).join(', ');
  const wheres = query.filters.map(({ column }) => `${quoteName(column)} = ?`);
  const orders = query.order.map(({ column, isDescending, nulls }) => {
    return (
      quoteName(column) +
      (isDescending ? ' DESC' : '') +
      (nulls === undefined ? '' : ` NULLS ${nulls.toUpperCase()}`)
    );
  });
  const parts = [
    `SELECT ${columns} FROM ${quoteName(view.name)}`,
    ...(wheres.length > 0 ? [`WHERE ${wheres.join(' AND ')}`] : []),
    ...(orders.length > 0 ? [`ORDER BY ${orders.join(', ')}`] : []),
    'LIMIT ? OFFSET ?',
  ];
  const values = query.filters.map(({ column, value }) => toStored(columnOf(view, column), value));
  return { sql: parts.join(' '), values: [...values, query.limit ?? -1, query.offset] };
}

/** A value of the query string as the column stores it. Throws QUERY_INVALID where it cannot be one. */
export function toStored(column: ViewColumn, text: string): string | number | bigint {
  switch (column.kind) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true' ? 1 : 0;
      throw mismatch(column, text, 'true or false');
    case 'timestamp':
    case 'timestamp-ms': {
      const time = Date.parse(text);
      if (Number.isNaN(time)) throw mismatch(column, text, 'an ISO 8601 time');
      return column.kind === 'timestamp' ? Math.floor(time / 1000) : time;
    }
    default:
      return column.sqlType === 'INTEGER' || column.sqlType === 'REAL' ? toNumber(column, text) : text;
  }
}

function toNumber(column: ViewColumn, text: string): number | bigint {
  if (/^[+-]?\d+$/.test(text)) {
    const whole = BigInt(text);
    if (whole >= -(2n ** 63n) && whole < 2n ** 63n) return whole;
  } else if (column.sqlType === 'REAL' || /^[+-]?\d*\.\d+$/.test(text)) {
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number)) return number;
  }
  throw mismatch(column, text, column.sqlType === 'INTEGER' ? 'a whole number' : 'a number');
}

function columnOf(view: ViewDescription, name: string): ViewColumn {
  return view.columns.find((column) => column.name === name) as ViewColumn;
}

function mismatch(column: ViewColumn, text: string, expected: string): ProjectionistError {
  return new ProjectionistError(
    'QUERY_INVALID',
    `${column.name} is compared with ${JSON.stringify(text.slice(0, 100))}, which is not ${expected}`,
    {
      hint: `Give ${expected}.`,
      evidence: { field: column.name },
    },
  );
}
