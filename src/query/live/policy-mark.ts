import { createHash } from 'node:crypto';
import { newDialect } from '../../projection/render-sql.ts';
import type { RowPolicy } from '../../projection/row-policy.ts';

/**
 * Eight digits that are the same for callers who may see the same rows of all these views, now or earlier: they stand
 * for the conditions themselves, whatever else a token claims.
 */
export function policyMark(policy: RowPolicy, views: readonly string[]): string {
  const conditions = views.map((view) => conditionOf(policy, view));
  return createHash('sha256').update(JSON.stringify(conditions)).digest('hex').slice(0, 8);
}

function conditionOf(policy: RowPolicy, view: string): unknown {
  try {
    const condition = policy(view);
    if (condition === undefined) return null;
    const { sql, params } = newDialect().sqlToQuery(condition);
    return [sql, params.map((value) => (typeof value === 'bigint' ? `${value}n` : value))];
  } catch {
    // A view that is not to be seen at all; a query that reads it is refused when it is evaluated.
    return 'refused';
  }
}
