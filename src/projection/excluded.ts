import { type Column, type GetColumnData, type SQL, sql } from 'drizzle-orm';

/**
 * The value that an insert would have written into a column, for the `set` of its conflict clause
 * (https://sqlite.org/lang_upsert.html): `set: { total: sql`${orders.total} + ${excluded(orders.total)}` }`.
 */
export function excluded<C extends Column>(column: C): SQL<GetColumnData<C>> {
  return sql<GetColumnData<C>>`excluded.${sql.identifier(column.name)}`;
}
