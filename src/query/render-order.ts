import type { ViewDescription } from '../projection/program.ts';
import { valueSql } from './column-sql.ts';
import { type Fragment, fragment, joined } from './fragment.ts';
import type { Ordering } from './view-query.ts';

/** The value that orders rows, where it is a related row's. */
export type WriteRelated = (ordering: Ordering) => Fragment;

/**
 * The order, made total: the key's columns decide between rows that are otherwise alike, in the direction of the last
 * column that was named, so that an index on the named columns gives the whole order, read backwards too.
 */
export function totalOrder(order: readonly Ordering[], view: ViewDescription): Ordering[] {
  const isDescending = order.at(-1)?.isDescending ?? false;
  const named = new Set(
    order
      .filter(({ field, embedded }) => embedded === undefined && field.path.length === 0)
      .map(({ field }) => field.column.name),
  );
  const rest = view.columns.filter(({ name }) => view.primaryKey.includes(name) && !named.has(name));
  const inKeyOrder = rest.toSorted(
    (a, b) => view.primaryKey.indexOf(a.name) - view.primaryKey.indexOf(b.name),
  );
  return [
    ...order,
    ...inKeyOrder.map((column): Ordering => ({
      field: { column, path: [], isText: false },
      embedded: undefined,
      isDescending,
      nulls: isDescending ? 'first' : 'last',
    })),
  ];
}

/** ` ORDER BY …`, or nothing. */
export function renderOrder(order: readonly Ordering[], alias: Fragment, related: WriteRelated): Fragment {
  if (order.length === 0) return fragment``;
  const terms = order.map((ordering) => {
    const value = orderingSql(ordering, alias, related);
    return fragment`${value}${ordering.isDescending ? fragment` DESC` : fragment``}${nullsSql(ordering)}`;
  });
  return fragment` ORDER BY ${joined(terms, ', ')}`;
}

export function orderingSql(ordering: Ordering, alias: Fragment, related: WriteRelated): Fragment {
  return ordering.embedded === undefined ? valueSql(alias, ordering.field) : related(ordering);
}

/** True where the value that orders may be NULL. */
export function isNullable({ field, embedded }: Ordering): boolean {
  return embedded !== undefined || field.path.length > 0 || field.column.isNullable;
}

/** Said only where there can be nulls, and where SQLite's own place for them is another: a plain order uses an index. */
function nullsSql(ordering: Ordering): Fragment {
  if (!isNullable(ordering) || ordering.nulls === (ordering.isDescending ? 'last' : 'first'))
    return fragment``;
  return ordering.nulls === 'first' ? fragment` NULLS FIRST` : fragment` NULLS LAST`;
}
