import { columnSql, jsonAtSql, jsonSql, jsonTypeSql, textOfJson, valueSql } from './column-sql.ts';
import { bound, boundPattern, type Fragment, fragment, joined } from './fragment.ts';
import { isAscii, toGlob, toLike } from './pattern.ts';
import { queryProblem } from './query-problem.ts';
import { renderComparison, renderIn } from './render-comparison.ts';
import { renderSearch } from './render-search.ts';
import type { Condition, Field, ViewQuery } from './view-query.ts';

type Of<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>;

/** Writes whether an embedded view has a row. */
export type WriteExistence = (name: string) => Fragment;

/** A condition on a row of `query`'s view, which stands under `alias`: 1, 0 or NULL. */
export function renderCondition(
  query: ViewQuery,
  alias: Fragment,
  exists: WriteExistence,
  condition: Condition,
): Fragment {
  const render = (each: Condition) => renderCondition(query, alias, exists, each);
  switch (condition.kind) {
    case 'and':
    case 'or':
      return renderGroup(condition, render);
    case 'not':
      return fragment`NOT (${render(condition.condition)})`;
    case 'compare':
      return renderComparison(alias, condition.field, condition.operator, condition.operand);
    case 'in':
      return renderIn(alias, condition.field, condition.values);
    case 'is':
      return renderIs(alias, condition);
    case 'like':
      return renderLike(alias, condition);
    case 'match':
      return renderMatch(alias, condition);
    case 'set':
      return renderSet(alias, condition);
    case 'search':
      return renderSearch(query.view, alias, condition.column, condition.term);
    case 'embedded':
      return exists(condition.name);
  }
}

function renderGroup(
  { kind, conditions }: Of<'and' | 'or'>,
  render: (condition: Condition) => Fragment,
): Fragment {
  if (conditions.length === 0) return kind === 'and' ? fragment`1` : fragment`0`;
  return fragment`(${joined(conditions.map(render), kind === 'and' ? ' AND ' : ' OR ')})`;
}

function renderIs(alias: Fragment, { field, value }: Of<'is'>): Fragment {
  if (value === 'null')
    return fragment`${field.path.length > 0 ? valueSql(alias, field) : columnSql(alias, field.column)} IS NULL`;
  if (field.path.length > 0)
    return fragment`${jsonTypeSql(alias, field)} IS ${value === 'true' ? fragment`'true'` : fragment`'false'`}`;
  if (field.column.kind === 'boolean')
    return fragment`${columnSql(alias, field.column)} IS ${value === 'true' ? fragment`1` : fragment`0`}`;
  throw queryProblem(
    'VALUE_INVALID',
    `${field.column.name} is neither true nor false`,
    'is.true and is.false are for booleans; write eq.value.',
  );
}

function renderLike(alias: Fragment, { field, pattern, isCaseSensitive }: Of<'like'>): Fragment {
  const text = likeable(alias, field);
  if (isCaseSensitive) return fragment`${text} GLOB ${boundPattern(toGlob(pattern))}`;
  if (isAscii(pattern)) return fragment`${text} LIKE ${bound(toLike(pattern))} ESCAPE '\\'`;
  // SQLite folds the case of ASCII alone.
  return fragment`projectionist_lower(${text}) GLOB ${bound(toGlob(pattern.toLowerCase()))}`;
}

/** Text to hold a pattern against. Throws QUERY_INVALID for a column that is no text. */
function likeable(alias: Fragment, field: Field): Fragment {
  const { column } = field;
  if (field.path.length > 0) return valueSql(alias, { ...field, isText: true });
  if (column.kind === 'text' || column.kind === 'any') return columnSql(alias, column);
  if (column.kind === 'json') return textOfJson(alias, column);
  throw queryProblem(
    'QUERY_INVALID',
    `${column.name} is no text, so that no pattern can match it`,
    'Use eq, gt, gte, lt, lte or in.',
  );
}

function renderMatch(alias: Fragment, { field, pattern, isCaseSensitive }: Of<'match'>): Fragment {
  return fragment`projectionist_match(CAST(${likeable(alias, field)} AS TEXT), ${bound(pattern)}, ${bound(isCaseSensitive ? 1 : 0)})`;
}

/** NULL where there is nothing to look into. */
function renderSet(alias: Fragment, { field, operator, value, isSpelled }: Of<'set'>): Fragment {
  const stored = field.path.length > 0 ? jsonAtSql(alias, field) : jsonSql(alias, field.column);
  return fragment`projectionist_set(${bound(operator)}, ${stored}, ${bound(value)}, ${bound(isSpelled ? 1 : 0)})`;
}
