import { textLiteral } from '../projection/literal.ts';
import { valueSql } from './column-sql.ts';
import { bound, type Fragment, fragment, joined, name } from './fragment.ts';
import { queryProblem } from './query-problem.ts';
import type { RenderContext } from './render-context.ts';
import { renderCondition } from './render-condition.ts';
import { aggregated, renderAggregate, renderField } from './render-field.ts';
import { renderOrder, totalOrder, type WriteRelated } from './render-order.ts';
import type { JoinColumns } from './relations.ts';
import type { Embedded, Field, Ordering, ViewQuery } from './view-query.ts';

/** A member of the object that a row becomes. */
interface Entry {
  readonly name: string;
  readonly value: Fragment;
  readonly isAggregate: boolean;
}

/** A row of `query`, which stands under `alias`, as json_object(…). */
export function renderObject(context: RenderContext, query: ViewQuery, alias: Fragment): Fragment {
  const entries = entriesOf(context, query, alias);
  return fragment`json_object(${joined(
    entries.map(({ name: label, value }) => fragment`${labelSql(query, label)}, ${value}`),
    ', ',
  )})`;
}

/** The names in the answer, in order. */
export function namesOf(query: ViewQuery): string[] {
  return query.select.flatMap((selected) => {
    if (selected.kind === 'field') return [selected.name];
    if (selected.isSpread) return namesOf(selected.query);
    return selected.query.select.length === 0 ? [] : [selected.name];
  });
}

/** True where the rows of `query` stand for groups of its view's rows. */
export function isAggregated(query: ViewQuery): boolean {
  return query.select.some((selected) =>
    selected.kind === 'field'
      ? selected.aggregate !== undefined
      : selected.isSpread && selected.relation.isToOne && isAggregated(selected.query),
  );
}

/** ` GROUP BY …` all that is selected beside aggregates; nothing where all rows are one group. */
export function renderGrouping(context: RenderContext, query: ViewQuery, alias: Fragment): Fragment {
  if (!isAggregated(query)) return fragment``;
  const entries = entriesOf(context, query, alias).filter(({ isAggregate }) => !isAggregate);
  return entries.length === 0
    ? fragment``
    : fragment` GROUP BY ${joined(
        entries.map(({ value }) => value),
        ', ',
      )}`;
}

/** ` WHERE …` of all conditions of `query` and of what joins it to the row around it. */
export function renderWhere(
  context: RenderContext,
  query: ViewQuery,
  alias: Fragment,
  join: readonly Fragment[] = [],
): Fragment {
  const conditions = conditionsOf(context, query, alias, join);
  return conditions.length === 0 ? fragment`` : fragment` WHERE ${joined(conditions, ' AND ')}`;
}

export function conditionsOf(
  context: RenderContext,
  query: ViewQuery,
  alias: Fragment,
  join: readonly Fragment[] = [],
): Fragment[] {
  const exists = (embedded: string) => existenceOf(context, embeddedNamed(query, embedded), alias);
  const inner = query.select.filter((selected) => selected.kind === 'embedded' && selected.isInner);
  return [
    ...join,
    ...query.conditions.map((condition) => renderCondition(query, alias, exists, condition)),
    ...inner.map((selected) => exists(selected.name)),
  ];
}

/** The order of a query's rows: total, unless they are groups. Throws QUERY_INVALID for an order that groups do not have. */
export function orderOf(query: ViewQuery): Ordering[] {
  if (!isAggregated(query)) return totalOrder(query.order, query.view);
  const grouped = query.select.flatMap((selected) =>
    selected.kind === 'field' && selected.aggregate === undefined && selected.field !== undefined
      ? [selected.field]
      : [],
  );
  for (const { field } of query.order) {
    if (!grouped.some((known) => isSameField(known, field)))
      throw queryProblem(
        'QUERY_INVALID',
        `${field.column.name} orders groups that it is not the same for`,
        'Order by a column that is selected beside the aggregates.',
      );
  }
  return [...query.order];
}

function isSameField(a: Field, b: Field): boolean {
  return a.column.name === b.column.name && a.isText === b.isText && a.path.join('\0') === b.path.join('\0');
}

/** Reads a to-one related row's value, to order by. */
export function relatedWriter(context: RenderContext, query: ViewQuery, alias: Fragment): WriteRelated {
  return ({ embedded, field }) => {
    const { source, alias: related } = sourceOf(context, embeddedNamed(query, embedded as string), alias);
    return fragment`(SELECT ${valueSql(related, field)} FROM ${source} LIMIT 1)`;
  };
}

function entriesOf(context: RenderContext, query: ViewQuery, alias: Fragment): Entry[] {
  return query.select.flatMap((selected): Entry[] => {
    if (selected.kind === 'field')
      return [
        {
          name: selected.name,
          value: renderField(alias, selected),
          isAggregate: selected.aggregate !== undefined,
        },
      ];
    if (selected.isSpread) return spreadEntries(context, selected, alias);
    // `view!inner()` chooses rows and shows nothing.
    return selected.query.select.length === 0
      ? []
      : [{ name: selected.name, value: renderEmbedded(context, selected, alias), isAggregate: false }];
  });
}

function renderEmbedded(context: RenderContext, embedded: Embedded, parent: Fragment): Fragment {
  const { source, alias } = sourceOf(context, embedded, parent);
  const { query, relation } = embedded;
  const object = renderObject(context, query, alias);
  if (relation.isToOne && !isAggregated(query))
    return fragment`json((SELECT ${object} FROM ${source} LIMIT 1))`;
  const grouping = renderGrouping(context, query, alias);
  return arrayOf(fragment`SELECT ${object} AS item FROM ${source}${grouping}${endOf(context, query, alias)}`);
}

/** A JSON array of the column `item` of a select. The text is put together by hand: a sorter forgets that text is JSON. */
function arrayOf(select: Fragment): Fragment {
  return fragment`json((SELECT '[' || coalesce(group_concat(item, ','), '') || ']' FROM (${select})))`;
}

function endOf(context: RenderContext, query: ViewQuery, alias: Fragment): Fragment {
  const order = renderOrder(orderOf(query), alias, relatedWriter(context, query, alias));
  return fragment`${order} LIMIT ${bound(Math.min(query.limit ?? context.maxRows, context.maxRows))} OFFSET ${bound(query.offset)}`;
}

/** The columns of a related view among the row's own: single values, or a list for each column where rows are many. */
function spreadEntries(context: RenderContext, embedded: Embedded, parent: Fragment): Entry[] {
  return embedded.query.select.flatMap((selected): Entry[] => {
    const { source, alias } = sourceOf(context, embedded, parent);
    if (selected.kind === 'field' && selected.aggregate !== undefined) {
      if (!embedded.relation.isToOne)
        throw queryProblem(
          'AGGREGATE_IMPOSSIBLE',
          'Aggregates cannot stand in a spread list',
          'Embed the view without the dots.',
        );
      const inner =
        selected.field &&
        fragment`(SELECT ${aggregated(alias, selected.field, selected.cast)} FROM ${source} LIMIT 1)`;
      return [
        {
          name: selected.name,
          value: renderAggregate(selected.aggregate, selected.field, selected.cast, inner, alias),
          isAggregate: true,
        },
      ];
    }
    return entriesOf(context, { ...embedded.query, select: [selected] }, alias).map((entry) => ({
      ...entry,
      value: embedded.relation.isToOne
        ? fragment`json((SELECT json_quote(${entry.value}) FROM ${source} LIMIT 1))`
        : arrayOf(
            fragment`SELECT json_quote(${entry.value}) AS item FROM ${source}${endOf(context, embedded.query, alias)}`,
          ),
    }));
  });
}

/** What stands after FROM to read the rows that are related to one of `parent`. */
function sourceOf(
  context: RenderContext,
  { relation, query }: Embedded,
  parent: Fragment,
): { source: Fragment; alias: Fragment } {
  const alias = context.alias();
  const { junction } = relation;
  const join =
    junction === undefined
      ? equal(parent, relation.columns, alias)
      : [throughJunction(context, junction.view.name, parent, relation.columns, alias, junction.columns)];
  return {
    source: fragment`${name(query.view.name)} AS ${alias}${renderWhere(context, query, alias, join)}`,
    alias,
  };
}

function throughJunction(
  context: RenderContext,
  view: string,
  parent: Fragment,
  near: JoinColumns,
  far: Fragment,
  columns: JoinColumns,
): Fragment {
  const between = context.alias();
  const join = [...equal(parent, near, between), ...equal(between, columns, far)];
  return fragment`EXISTS (SELECT 1 FROM ${name(view)} AS ${between} WHERE ${joined(join, ' AND ')})`;
}

function equal(left: Fragment, columns: JoinColumns, right: Fragment): Fragment[] {
  return columns.map(([from, to]) => fragment`${right}.${name(to)} = ${left}.${name(from)}`);
}

function existenceOf(context: RenderContext, embedded: Embedded, parent: Fragment): Fragment {
  return fragment`EXISTS (SELECT 1 FROM ${sourceOf(context, embedded, parent).source})`;
}

function embeddedNamed(query: ViewQuery, wanted: string): Embedded {
  return query.select.find(
    (selected) => selected.kind === 'embedded' && selected.name === wanted,
  ) as Embedded;
}

/** A member's name: text where a view's description has it, and bound where the request made it up. */
function labelSql(query: ViewQuery, label: string): Fragment {
  const isKnown = label === query.view.name || query.view.columns.some((column) => column.name === label);
  return isKnown && !label.includes('\0') ? { sql: textLiteral(label), bindings: [] } : bound(label);
}

/** Every column of a row that a page's end is told by, as SQLite compares it. */
export function keySql(
  context: RenderContext,
  query: ViewQuery,
  alias: Fragment,
  { field, embedded, ...rest }: Ordering,
): Fragment {
  const value =
    embedded === undefined
      ? valueSql(alias, field)
      : relatedWriter(context, query, alias)({ field, embedded, ...rest });
  // JSON has no bytes, and of NULL hex() makes an empty text.
  if (field.path.length === 0)
    return field.column.kind === 'bytes'
      ? fragment`CASE WHEN ${value} IS NOT NULL THEN hex(${value}) END`
      : value;
  // Arrays and objects are ordered as text: what is joined is no JSON any more, and stays text in the cursor.
  return field.isText
    ? value
    : fragment`CASE typeof(${value}) WHEN 'text' THEN ${value} || '' ELSE ${value} END`;
}
