import type { CountPlan } from './count.ts';
import {
  bound,
  type Fragment,
  fragment,
  guarding,
  joined,
  name,
  paged,
  type SqlValue,
  written,
} from './fragment.ts';
import { hasCursor, keyMembersOf } from './page-keys.ts';
import { queryProblem } from './query-problem.ts';
import { RenderContext } from './render-context.ts';
import { renderAfter } from './render-after.ts';
import { renderOrder } from './render-order.ts';
import {
  isAggregated,
  keySql,
  orderOf,
  relatedWriter,
  renderGrouping,
  renderObject,
  renderWhere,
} from './render-select.ts';
import type { Ordering, ViewQuery } from './view-query.ts';

/** SQL from a definition: a row policy, or a named query. */
export interface WrittenSql {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export interface RenderOptions {
  readonly maxRows: number;
  /** Conditions on views' rows, in SQL that names their columns as `"view"."column"`. */
  readonly policies: ReadonlyMap<string, WrittenSql>;
  /** The rows that stand for the view of the query, where it is no table. */
  readonly source: WrittenSql | undefined;
  readonly counted: CountPlan['counted'];
  /** The order's values of the row after which the page begins. */
  readonly after: readonly SqlValue[] | undefined;
  /** Whether rows are made JSON as they are found; else they are chosen and put in order first. */
  readonly isDirect: boolean;
}

/**
 * A query as one statement, and so as one snapshot. It answers one row: the position, the number of rows, the rows as JSON
 * objects with a comma and a line feed between them (JSON has no line feed of its own here), the same of the values that
 * order them unless the objects have them, and the number of all rows where they are counted.
 */
export interface RenderedQuery extends Fragment {
  /** What orders the rows, and makes a cursor; undefined where there can be none. */
  readonly keys: readonly Ordering[] | undefined;
  /** The members of a row's object that have the ordering values; undefined where these stand beside the objects. */
  readonly keyMembers: readonly string[] | undefined;
}

/** More bound values than this are refused before SQLite does (SQLITE_MAX_VARIABLE_NUMBER). */
const MOST_VALUES = 30_000;

export function renderQuery(query: ViewQuery, options: RenderOptions): RenderedQuery {
  const context = new RenderContext(options.maxRows);
  const order = orderOf(query);
  const keys = hasCursor(query, order) ? order : undefined;
  const keyMembers = keys && keyMembersOf(query, keys);
  const keyColumn = keyMembers === undefined ? keys : undefined;
  const prelude = renderPrelude(query, options);
  const total = options.counted === 'none' ? fragment`NULL` : renderTotal(context, query, options.counted);
  const rows = isAggregated(query)
    ? renderGroups(context, query, order)
    : renderRows(context, query, order, { keys, keyColumn }, options);
  const whole = fragment`${prelude}SELECT (SELECT position FROM projectionist_checkpoint), count(*), group_concat(item, ',\n'), ${keyColumn === undefined ? fragment`NULL` : fragment`group_concat(key, ',\n')`}, ${total} FROM (${rows})`;
  if (whole.bindings.length > MOST_VALUES)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      'The request has too many values',
      'Use shorter lists, or fewer embedded views.',
    );
  return { ...whole, keys, keyMembers };
}

/**
 * Where no index gives the order, rows are chosen and put in order first, and only those of the page are made JSON: SQLite
 * would carry the JSON of every row through its sorter. Where one does, the row in between costs more than it saves.
 */
function renderRows(
  context: RenderContext,
  query: ViewQuery,
  order: readonly Ordering[],
  { keys, keyColumn }: { readonly [name in 'keys' | 'keyColumn']: readonly Ordering[] | undefined },
  { after, isDirect }: Pick<RenderOptions, 'after' | 'isDirect'>,
): Fragment {
  const alias = context.alias();
  const related = relatedWriter(context, query, alias);
  const beyond =
    after === undefined || keys === undefined
      ? []
      : [renderAfter(keys, after, (ordering) => keySql(context, query, alias, ordering))];
  const where = renderWhere(context, query, alias, beyond);
  const rest = fragment`${where}${renderOrder(order, alias, related)} LIMIT ${paged('limit')} OFFSET ${paged('offset')}`;
  const table = fragment`${name(query.view.name)} AS ${alias}`;
  const key =
    keyColumn === undefined
      ? fragment``
      : fragment`, json_array(${joined(
          keyColumn.map((ordering) => keySql(context, query, alias, ordering)),
          ', ',
        )}) AS key`;
  const row = fragment`SELECT ${renderObject(context, query, alias)} AS item${key} FROM `;
  if (isDirect) return fragment`${row}${table}${rest}`;
  return fragment`${row}(SELECT ${alias}.* FROM ${table}${rest}) AS ${alias} LIMIT -1`;
}

function renderGroups(context: RenderContext, query: ViewQuery, order: readonly Ordering[]): Fragment {
  const alias = context.alias();
  const grouping = renderGrouping(context, query, alias);
  const sorted = renderOrder(order, alias, relatedWriter(context, query, alias));
  return fragment`SELECT ${renderObject(context, query, alias)} AS item FROM ${name(query.view.name)} AS ${alias}${renderWhere(context, query, alias)}${grouping}${sorted} LIMIT ${paged('limit')} OFFSET ${paged('offset')}`;
}

function renderTotal(context: RenderContext, query: ViewQuery, counted: 'all' | 'some'): Fragment {
  const alias = context.alias();
  const from = fragment`FROM ${name(query.view.name)} AS ${alias}${renderWhere(context, query, alias)}`;
  if (counted === 'some')
    return fragment`(SELECT count(*) FROM (SELECT 1 ${from} LIMIT ${bound(context.maxRows + 1)}))`;
  if (!isAggregated(query)) return fragment`(SELECT count(*) ${from})`;
  const grouping = renderGrouping(context, query, alias);
  return fragment`(SELECT count(*) FROM (SELECT ${grouping.sql === '' ? fragment`count(*)` : fragment`1`} ${from}${grouping}))`;
}

/**
 * `WITH "orders" AS (SELECT * FROM main."orders" WHERE …)`: a view with a policy is hidden behind its own name, so that
 * every occurrence of it has the policy, in a named query too. (https://sqlite.org/lang_with.html: a name of WITH comes
 * before a table's.)
 */
export function renderPrelude(
  query: ViewQuery,
  { policies, source }: Pick<RenderOptions, 'policies' | 'source'>,
): Fragment {
  const tables = [...policies].map(
    ([view, { sql, values }]) =>
      fragment`${name(view)} AS NOT MATERIALIZED (SELECT * FROM main.${name(view)} WHERE ${guarding(view, sql, values)})`,
  );
  const columns = joined(
    query.view.columns.map((column) => name(column.name)),
    ', ',
  );
  const own =
    source === undefined
      ? []
      : [fragment`${name(query.view.name)} (${columns}) AS (${written(source.sql, source.values)})`];
  const all = [...tables, ...own];
  return all.length === 0 ? fragment`` : fragment`WITH ${joined(all, ', ')} `;
}

/**
 * The same for one row, found by its key: without a sort, a limit and a count, which cost as much as the row. Where there
 * is no such row, there is no answer, and the position is to be read in the same transaction.
 */
export function renderPoint(
  query: ViewQuery,
  options: Pick<RenderOptions, 'maxRows' | 'policies'>,
): Fragment {
  const context = new RenderContext(options.maxRows);
  const alias = context.alias();
  const where = renderWhere(context, query, alias);
  const prelude = renderPrelude(query, { policies: options.policies, source: undefined });
  return fragment`${prelude}SELECT (SELECT position FROM projectionist_checkpoint), 1, ${renderObject(context, query, alias)}, NULL, NULL FROM ${name(query.view.name)} AS ${alias}${where}`;
}

/** True where the query can find one row at most, as it says what the whole key equals. */
export function isPoint(query: ViewQuery): boolean {
  const equal = query.conditions.flatMap((condition) =>
    condition.kind === 'compare' && condition.operator === 'eq' && condition.field.path.length === 0
      ? [condition.field.column.name]
      : [],
  );
  return (
    query.view.primaryKey.length > 0 &&
    query.view.primaryKey.every((column) => equal.includes(column)) &&
    !isAggregated(query)
  );
}
