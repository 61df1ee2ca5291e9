import {
  columnJson,
  columnSql,
  isDigits,
  jsonAtSql,
  jsonOf,
  jsonValueSql,
  textOfJson,
  valueSql,
} from './column-sql.ts';
import { type Fragment, fragment } from './fragment.ts';
import { queryProblem } from './query-problem.ts';
import type { Aggregate, Cast, Field, Moment, SelectedField } from './view-query.ts';

/** A selected column as JSON has it, for an argument of json_object(). */
export function renderField(alias: Fragment, { field, cast, aggregate }: SelectedField): Fragment {
  if (aggregate !== undefined)
    return renderAggregate(aggregate, field, cast, field && aggregated(alias, field, cast), alias);
  const known = field as Field;
  if (cast !== undefined) return castSql(cast, plainValue(alias, known), textSql(alias, known));
  if (known.path.length === 0) return columnJson(alias, known.column);
  return known.isText ? valueSql(alias, known) : jsonAtSql(alias, known);
}

/** What an aggregate runs over. */
export function aggregated(alias: Fragment, field: Field, cast: Cast | undefined): Fragment {
  return cast === undefined
    ? valueSql(alias, field)
    : castSql(cast, plainValue(alias, field), textSql(alias, field));
}

/** An aggregate of `values`, as JSON has it; of rows where there are none. Throws QUERY_INVALID where it has no sense. */
export function renderAggregate(
  aggregate: Aggregate,
  field: Field | undefined,
  cast: Cast | undefined,
  values: Fragment | undefined,
  alias: Fragment,
): Fragment {
  if (field === undefined || values === undefined) return castResult(aggregate, fragment`count(*)`);
  refuseSenseless(aggregate, field, cast);
  const found = FUNCTIONS[aggregate.function](values);
  const isKey = isDigits(field.column) && cast === undefined && aggregate.function !== 'count';
  const result = isKey ? fragment`projectionist_bigint(${found})` : found;
  if (aggregate.cast !== undefined) return castResult(aggregate, result);
  const isOwnKind =
    (aggregate.function === 'min' || aggregate.function === 'max') &&
    cast === undefined &&
    field.path.length === 0;
  return isOwnKind ? jsonOf(result, field.column, alias) : result;
}

const FUNCTIONS: Readonly<Record<Aggregate['function'], (values: Fragment) => Fragment>> = {
  count: (values) => fragment`count(${values})`,
  sum: (values) => fragment`sum(${values})`,
  avg: (values) => fragment`avg(${values})`,
  min: (values) => fragment`min(${values})`,
  max: (values) => fragment`max(${values})`,
};

function refuseSenseless(aggregate: Aggregate, { column, path }: Field, cast: Cast | undefined): void {
  if (aggregate.function === 'count') return;
  const isNumeric =
    cast === 'integer' ||
    cast === 'real' ||
    (cast === undefined && path.length === 0 && (column.kind === 'number' || column.kind === 'any'));
  const isOrdered =
    cast !== 'json' &&
    (cast !== undefined || path.length > 0 || (column.kind !== 'json' && column.kind !== 'bytes'));
  if (aggregate.function === 'min' || aggregate.function === 'max' ? isOrdered : isNumeric) return;
  throw queryProblem(
    'QUERY_INVALID',
    `There is no ${aggregate.function}() of ${column.name}`,
    `Cast it first, as in ${column.name}::numeric.${aggregate.function}(), or name another column.`,
  );
}

function castResult({ cast }: Aggregate, result: Fragment): Fragment {
  return cast === undefined ? result : castSql(cast, result, fragment`CAST(${result} AS TEXT)`);
}

function plainValue(alias: Fragment, field: Field): Fragment {
  if (field.path.length > 0) return field.isText ? valueSql(alias, field) : jsonValueSql(alias, field);
  if (isDigits(field.column)) return fragment`CAST(${columnSql(alias, field.column)} AS TEXT)`;
  return field.column.kind === 'json' ? textOfJson(alias, field.column) : valueSql(alias, field);
}

/** A field as text, as PostgreSQL would write it. */
function textSql(alias: Fragment, field: Field): Fragment {
  if (field.path.length > 0) return valueSql(alias, { ...field, isText: true });
  const { column } = field;
  const stored = columnSql(alias, column);
  if (column.kind === 'boolean') return fragment`CASE ${stored} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
  if (column.kind === 'json') return textOfJson(alias, column);
  return fragment`CAST(${columnJson(alias, column)} AS TEXT)`;
}

/** Text that is no number, truth value or JSON becomes null: a row that cannot be cast must not take the answer down. */
function castSql(cast: Cast, value: Fragment, text: Fragment): Fragment {
  switch (cast) {
    case 'text':
      return text;
    case 'integer':
      return integerSql(numberSql(value));
    case 'real':
      return fragment`CAST(${numberSql(value)} AS REAL)`;
    case 'boolean':
      return fragment`json(CASE WHEN lower(${text}) IN ('true', 't', 'yes', 'on', '1', '1.0') THEN 'true' WHEN lower(${text}) IN ('false', 'f', 'no', 'off', '0', '0.0') THEN 'false' END)`;
    case 'json':
      return fragment`json(CASE WHEN json_valid(${text}) THEN ${text} END)`;
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      // SQLite takes numbers and `now` for times, too.
      return fragment`CASE WHEN ${text} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN ${MOMENTS[cast](text)} END`;
  }
}

/** What is beyond 64 bits is null, too: SQLite would give the largest integer for it. */
function integerSql(number: Fragment): Fragment {
  return fragment`CASE typeof(${number}) WHEN 'integer' THEN ${number} WHEN 'real' THEN CASE WHEN abs(${number}) < 9223372036854775808.0 THEN CAST(round(${number}) AS INTEGER) END END`;
}

const MOMENTS: Readonly<Record<Moment, (text: Fragment) => Fragment>> = {
  date: (text) => fragment`date(${text})`,
  timestamp: (text) => fragment`strftime('%Y-%m-%dT%H:%M:%f', ${text})`,
  timestamptz: (text) => fragment`strftime('%Y-%m-%dT%H:%M:%fZ', ${text})`,
};

function numberSql(value: Fragment): Fragment {
  return fragment`CASE WHEN typeof(${value}) IN ('integer', 'real') THEN ${value} WHEN typeof(${value}) = 'text' AND json_valid(trim(${value})) THEN CASE WHEN json_type(trim(${value})) IN ('integer', 'real') THEN CAST(trim(${value}) AS NUMERIC) END END`;
}
