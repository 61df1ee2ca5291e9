import type { ViewDescription } from '../projection/program.ts';
import { parseBraces, parseList } from './parse-list.ts';
import { queryProblem, shown, unreadable } from './query-problem.ts';
import { checkPattern } from './regular-expression.ts';
import { parseSearch, type SearchSyntax } from './search-term.ts';
import type { Comparison, Condition, Field, SetOperator } from './view-query.ts';
import { didYouMean } from '../nearest.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'isdistinct']);
const SEARCHES: ReadonlySet<string> = new Set(['fts', 'plfts', 'phfts', 'wfts']);
const SETS: Readonly<Record<string, 'contains' | 'contained' | 'overlaps'>> = {
  cs: 'contains',
  cd: 'contained',
  ov: 'overlaps',
};
/** Operators that `(any)` and `(all)` may follow. */
const QUANTIFIABLE: ReadonlySet<string> = new Set([
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'like',
  'ilike',
  'match',
  'imatch',
]);
/** PostgREST's operators on PostgreSQL's ranges, which SQLite has no values for. */
const RANGES: ReadonlySet<string> = new Set(['sl', 'sr', 'nxr', 'nxl', 'adj']);

const OPERATOR_NAMES = [...QUANTIFIABLE, 'in', 'is', 'isdistinct', ...Object.keys(SETS), ...SEARCHES];
const OPERATORS = `${OPERATOR_NAMES.join(', ')}; each may follow not.`;

/** An operator as it stands before its value: `eq`, `like(any)`, `fts(english)`. */
export interface Operation {
  readonly isNegated: boolean;
  readonly operator: string;
  readonly modifier: string | undefined;
}

/** `not.`, the operator and what stands in parentheses after it, to the dot before the value. */
export const OPERATION = /(not\.)?([a-z]+)(?:\(([^()]*)\))?\./y;

export function operationOf(match: RegExpExecArray): Operation {
  return { isNegated: match[1] !== undefined, operator: match[2] as string, modifier: match[3] };
}

/**
 * The condition that an operator and its value come to. `slot` is the number of the parameter that the value is all of.
 * Throws QUERY_INVALID or QUERY_TOO_LARGE.
 */
export function conditionOf(
  view: ViewDescription,
  field: Field,
  operation: Operation,
  value: string,
  slot: number | undefined,
  longestList: number,
): Condition {
  const positive = positiveCondition(view, field, operation, value, slot, longestList);
  return operation.isNegated ? { kind: 'not', condition: positive } : positive;
}

function positiveCondition(
  view: ViewDescription,
  field: Field,
  { operator, modifier }: Operation,
  value: string,
  slot: number | undefined,
  longestList: number,
): Condition {
  if (SEARCHES.has(operator)) return searchOf(view, field, operator as SearchSyntax, value);
  if (modifier !== undefined) return quantified(field, operator, modifier, value, longestList);
  const simple = simpleCondition(field, operator, value, slot);
  if (simple !== undefined) return simple;
  if (operator === 'in') return { kind: 'in', field, values: parseList(value, longestList) };
  if (operator === 'is') return isOf(field, value);
  const set = SETS[operator];
  if (set !== undefined) return setOf(field, set, value, longestList);
  if (RANGES.has(operator))
    throw queryProblem(
      'QUERY_INVALID',
      `${operator} compares ranges, which no view has`,
      'Compare with gt, gte, lt and lte.',
    );
  throw unreadable(
    `The operator ${shown(operator)} of ${field.column.name}`,
    `${didYouMean(operator, OPERATOR_NAMES)}Operators: ${OPERATORS}`,
  );
}

function simpleCondition(
  field: Field,
  operator: string,
  value: string,
  slot: number | undefined,
): Condition | undefined {
  if (COMPARISONS.has(operator))
    return {
      kind: 'compare',
      field,
      operator: operator as Comparison,
      operand: { text: value, slot: field.path.length === 0 ? slot : undefined },
    };
  if (operator === 'like' || operator === 'ilike')
    return { kind: 'like', field, pattern: value.replaceAll('*', '%'), isCaseSensitive: operator === 'like' };
  if (operator === 'match' || operator === 'imatch') return matchOf(field, operator === 'match', value);
  return undefined;
}

function matchOf(field: Field, isCaseSensitive: boolean, pattern: string): Condition {
  checkPattern(pattern, isCaseSensitive);
  return { kind: 'match', field, pattern, isCaseSensitive };
}

/** `like(any).{a*,b*}`: any or all of several values. */
function quantified(
  field: Field,
  operator: string,
  modifier: string,
  value: string,
  longestList: number,
): Condition {
  if ((modifier !== 'any' && modifier !== 'all') || !QUANTIFIABLE.has(operator))
    throw unreadable(
      `The operator ${shown(`${operator}(${modifier})`)}`,
      `any and all stand after ${[...QUANTIFIABLE].join(', ')}, as in like(any).{a*,b*}.`,
    );
  const conditions = parseBraces(value, longestList).map(
    (each) => simpleCondition(field, operator, each, undefined) as Condition,
  );
  return { kind: modifier === 'any' ? 'or' : 'and', conditions };
}

function isOf(field: Field, value: string): Condition {
  const is = (what: 'null' | 'true' | 'false'): Condition => ({ kind: 'is', field, value: what });
  switch (value.toLowerCase()) {
    case 'null':
    case 'unknown':
      return is('null');
    case 'not_null':
      return { kind: 'not', condition: is('null') };
    case 'true':
      return is('true');
    case 'false':
      return is('false');
    default:
      throw unreadable(
        `${field.column.name}=is.${shown(value).slice(1, -1)}`,
        'is takes null, not_null, true, false or unknown.',
      );
  }
}

function setOf(field: Field, operator: SetOperator, value: string, longestList: number): Condition {
  if (field.column.kind !== 'json' || field.isText)
    throw queryProblem(
      'QUERY_INVALID',
      `${field.column.name} holds no JSON to look into`,
      'cs, cd and ov are for columns of JSON arrays.',
    );
  if (value.startsWith('{') && !isJson(value))
    return {
      kind: 'set',
      field,
      operator,
      value: JSON.stringify(parseBraces(value, longestList)),
      isSpelled: true,
    };
  if (isJson(value) && (operator !== 'overlaps' || /^\s*[[{]/.test(value)))
    return { kind: 'set', field, operator, value, isSpelled: false };
  throw unreadable(
    `The value of ${field.column.name}`,
    operator === 'overlaps'
      ? 'Write {a,b}, or an array or object of JSON: ["a","b"].'
      : 'Write {a,b}, or JSON: ["a","b"], {"a":1}, "a" or 1.',
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function searchOf(
  view: ViewDescription,
  { column, path }: Field,
  syntax: SearchSyntax,
  value: string,
): Condition {
  if (path.length === 0 && view.searchColumns.includes(column.name))
    return { kind: 'search', column, term: parseSearch(syntax, value) };
  throw queryProblem(
    'QUERY_INVALID',
    `${column.name} has no full-text index`,
    view.searchColumns.length === 0
      ? `Declare one in the projection: search: { ${view.name}: ['${column.key}'] }. Or use ilike.*word*.`
      : `Columns with one: ${view.searchColumns.join(', ')}.`,
  );
}
