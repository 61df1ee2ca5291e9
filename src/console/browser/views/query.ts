import type { Column, View } from '../session.ts';
import type { KeyedRow } from './rows.ts';

/** One condition, in the query API's own words. */
export interface Filter {
  readonly column: string;
  /** Such as `eq` or `not.in`. */
  readonly operator: string;
  readonly value: string;
}

/** What the page shows of a view: exactly what the query string says. */
export interface ViewQuery {
  readonly parameters: URLSearchParams;
  readonly filters: readonly Filter[];
  readonly limit: number;
  readonly offset: number;
  readonly order: { readonly column: string; readonly isDescending: boolean } | undefined;
}

/** What can be asked of a column, as people say it. */
export const OPERATORS: readonly (readonly [operator: string, words: string])[] = [
  ['eq', 'is'],
  ['neq', 'is not'],
  ['gt', 'is greater than'],
  ['gte', 'is at least'],
  ['lt', 'is less than'],
  ['lte', 'is at most'],
  ['ilike', 'is like'],
  ['in', 'is one of'],
  ['is', 'is (null, true, false)'],
];

const USUAL_LIMIT = 25;
const NO_FILTERS = new Set(['select', 'order', 'limit', 'offset', 'and', 'or', 'not.and', 'not.or', 'after']);

export function readQuery(search: string): ViewQuery {
  const parameters = new URLSearchParams(search);
  const filters = [...parameters]
    .filter(([name]) => !NO_FILTERS.has(name))
    .map(([column, text]) => {
      const at = text.startsWith('not.') ? text.indexOf('.', 4) : text.indexOf('.');
      return { column, operator: text.slice(0, at), value: text.slice(at + 1) };
    });
  const [, column, direction] = /^([^.,]+)(?:\.(asc|desc))?$/.exec(parameters.get('order') ?? '') ?? [];
  return {
    parameters,
    filters,
    limit: Number(parameters.get('limit') ?? USUAL_LIMIT),
    offset: Number(parameters.get('offset') ?? 0),
    order: column === undefined ? undefined : { column, isDescending: direction === 'desc' },
  };
}

/** The query string with some members changed; null takes one out. Without `offset` a page begins at its start again. */
export function changed(
  { parameters }: ViewQuery,
  members: Readonly<Record<string, string | null>>,
): URLSearchParams {
  const next = new URLSearchParams(parameters);
  if (!('offset' in members)) next.delete('offset');
  for (const [name, value] of Object.entries(members)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function withFilter({ parameters }: ViewQuery, { column, operator, value }: Filter): URLSearchParams {
  const next = new URLSearchParams(parameters);
  next.delete('offset');
  next.append(
    column,
    `${operator}.${operatorNeedsList(operator) ? listed(value) : pattern(operator, value)}`,
  );
  return next;
}

export function withoutFilter({ parameters }: ViewQuery, filter: Filter): URLSearchParams {
  const text = `${filter.operator}.${filter.value}`;
  const next = new URLSearchParams();
  for (const [name, value] of parameters)
    if (name !== 'offset' && !(name === filter.column && value === text)) next.append(name, value);
  return next;
}

function operatorNeedsList(operator: string): boolean {
  return operator === 'in';
}

function listed(value: string): string {
  return value.startsWith('(') ? value : `(${value})`;
}

/** Who writes no star means text somewhere inside. */
function pattern(operator: string, value: string): string {
  return operator === 'ilike' && !/[*%]/.test(value) ? `*${value}*` : value;
}

/** As a person would write it: commas and brackets need no escape in a query string. */
export function readable(parameters: URLSearchParams): string {
  return parameters
    .toString()
    .replaceAll('%2C', ',')
    .replaceAll('%28', '(')
    .replaceAll('%29', ')')
    .replaceAll('%3A', ':')
    .replaceAll('*', '*');
}

/** What the API is asked, with the page's own limit, and in an order that stays. */
export function apiPath(view: View, query: ViewQuery): string {
  const parameters = new URLSearchParams(query.parameters);
  if (!parameters.has('limit')) parameters.set('limit', String(USUAL_LIMIT));
  return `/views/${encodeURIComponent(view.name)}?${readable(parameters)}`;
}

/** The same, with the key among the selected columns: changes name rows by it. */
export function keyedPath(view: View, query: ViewQuery): string {
  const unselected = unselectedKey(view, query);
  if (unselected.length === 0) return apiPath(view, query);
  const select = [query.parameters.get('select'), ...unselected].join(',');
  const parameters = changed(query, { select, offset: String(query.offset) });
  return apiPath(view, { ...query, parameters });
}

/** The columns of the key that a query does not select. */
function unselectedKey(view: View, { parameters }: ViewQuery): readonly string[] {
  const select = parameters.get('select');
  if (select === null) return [];
  const selected = select.split(',').map((part) => part.trim());
  return view.primaryKey.filter((name) => !selected.includes(name) && !selected.includes('*'));
}

/** Ascending first, then descending, then as the view has it. */
export function nextOrder({ order }: ViewQuery, column: string): string | null {
  if (order?.column !== column) return column;
  return order.isDescending ? null : `${column}.desc`;
}

/** The columns of the answer: those of the view, or what `select` makes of them. */
export function columnsOf(
  view: View,
  query: ViewQuery,
  rows: readonly KeyedRow[] | undefined,
): readonly Column[] {
  if (!query.parameters.has('select')) return view.columns;
  const unselected = new Set(unselectedKey(view, query));
  const names = Object.keys(rows?.[0]?.row ?? {}).filter((name) => !unselected.has(name));
  return names.map(
    (name) =>
      view.columns.find((column) => column.name === name) ?? {
        name,
        type: 'any',
        kind: 'any',
        nullable: true,
      },
  );
}
