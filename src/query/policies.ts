import type { SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import type { RowPolicy } from '../projection/row-policy.ts';
import { newDialect } from '../projection/render-sql.ts';
import type { SqlValue } from './fragment.ts';
import type { Source } from './plan.ts';
import type { WrittenSql } from './render-query.ts';
import type { ViewQuery } from './view-query.ts';

/** The conditions on each of these views, as its policy puts them for the caller. Throws FORBIDDEN where a policy does. */
export function policiesOf(
  policy: RowPolicy | undefined,
  views: readonly string[],
): ReadonlyMap<string, WrittenSql> {
  const conditions = new Map<string, WrittenSql>();
  if (policy === undefined) return conditions;
  for (const view of views) {
    const condition = policy(view);
    if (condition !== undefined) conditions.set(view, renderPolicy(condition));
  }
  return conditions;
}

/** Every view that a query reads: a policy holds wherever its view occurs. */
export function viewsRead(query: ViewQuery, source: Source): readonly string[] {
  return source.sql?.views ?? [...viewsOf(query)];
}

function viewsOf(query: ViewQuery): Set<string> {
  const embedded = query.select.filter((selected) => selected.kind === 'embedded');
  const between = embedded.flatMap(({ relation }) =>
    relation.junction === undefined ? [] : [relation.junction.view.name],
  );
  return new Set([query.view.name, ...between, ...embedded.flatMap((each) => [...viewsOf(each.query)])]);
}

/** A policy's condition, with its columns as `"view"."column"`. */
function renderPolicy(condition: SQL): WrittenSql {
  const { sql, params } = newDialect().sqlToQuery(condition);
  return { sql, values: params.map(sqlValue) };
}

/** A value of a definition, as SQLite takes it. A claim that is missing equals nothing. Throws FORBIDDEN for an object. */
export function sqlValue(value: unknown): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Uint8Array
  )
    return value;
  if (value instanceof Date) return value.toISOString();
  throw new ProjectionistError('FORBIDDEN', 'A condition compares with a value that no column can have', {
    hint: 'Send a token whose claims are text, numbers or booleans.',
  });
}
