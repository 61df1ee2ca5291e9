import type { ViewDescription } from '../projection/program.ts';
import { conditionOf, OPERATION, operationOf } from './parse-condition.ts';
import { parseField } from './parse-field.ts';
import type { QueryLimits } from './limits.ts';
import { queryProblem, shown } from './query-problem.ts';
import { Scanner } from './scanner.ts';
import type { Condition } from './view-query.ts';

const HINT = 'Write (column.operator.value,or(…,…)); values with commas or parentheses go in double quotes.';

/** What the conditions of a group may name. */
export interface Scope {
  readonly view: ViewDescription;
  /** The names of embedded views, for `name.is.null`. */
  readonly embedded: readonly string[];
  readonly limits: QueryLimits;
}

/** Reads the group of `and=(…)`, `or=(…)` or one with `not.`: `parameter` is the name, `text` the rest. */
export function parseLogic(
  scope: Scope,
  parameter: string,
  isNegated: boolean,
  kind: 'and' | 'or',
  text: string,
): Condition {
  const scanner = new Scanner(parameter, text);
  const group = parseGroup(scope, scanner, kind, 1);
  scanner.expectEnd(HINT);
  return isNegated ? { kind: 'not', condition: group } : group;
}

function parseGroup(scope: Scope, scanner: Scanner, kind: 'and' | 'or', depth: number): Condition {
  if (depth > scope.limits.filterDepth)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      `Conditions are nested deeper than ${scope.limits.filterDepth}`,
      'Make them flatter.',
    );
  scanner.expect('(', HINT);
  const conditions: Condition[] = [];
  do {
    scanner.take(/\s*/y);
    conditions.push(parseMember(scope, scanner, depth));
    scanner.take(/\s*/y);
  } while (scanner.skip(','));
  scanner.expect(')', HINT);
  return { kind, conditions };
}

function parseMember(scope: Scope, scanner: Scanner, depth: number): Condition {
  const group = scanner.take(/(not\.)?(and|or)(?=\()/y);
  if (group === undefined) return parseLeaf(scope, scanner);
  const condition = parseGroup(scope, scanner, group[2] as 'and' | 'or', depth + 1);
  return group[1] === undefined ? condition : { kind: 'not', condition };
}

function parseLeaf({ view, embedded, limits }: Scope, scanner: Scanner): Condition {
  const existence = embeddedIn(scanner, view, embedded);
  if (existence !== undefined) return existence;
  const field = parseField(scanner, view);
  scanner.expect('.', HINT);
  const match = scanner.take(OPERATION);
  if (match === undefined) throw scanner.unreadable(HINT);
  const value = valueIn(scanner);
  return conditionOf(view, field, operationOf(match), value, undefined, limits.listLength);
}

/** `lines.is.null` or `lines.not.is.null`, of an embedded view that is no column as well. */
function embeddedIn(
  scanner: Scanner,
  view: ViewDescription,
  embedded: readonly string[],
): Condition | undefined {
  const name = embedded.find(
    (each) =>
      (scanner.isNext(`${each}.is.`) || scanner.isNext(`${each}.not.is.`)) &&
      !view.columns.some((column) => column.name === each),
  );
  if (name === undefined) return undefined;
  scanner.skip(`${name}.`);
  return embeddedCondition(name, scanner.take(/[^,()]*/y)?.[0] ?? '');
}

/** `is.null` and `not.is.null` on an embedded view: whether it has a row. */
export function embeddedCondition(name: string, operation: string): Condition {
  const exists: Condition = { kind: 'embedded', name };
  if (operation === 'not.is.null' || operation === 'is.not_null') return exists;
  if (operation === 'is.null') return { kind: 'not', condition: exists };
  throw queryProblem(
    'EMBED_FILTER_INVALID',
    `${shown(operation)} is no condition on the embedded view ${shown(name)}`,
    `An embedded view takes is.null or not.is.null; its columns stand after a dot, as in ${name}.column=eq.1.`,
  );
}

/** A list, quoted text, or all up to the next comma or parenthesis. */
function valueIn(scanner: Scanner): string {
  const list = scanner.take(
    /\((?:"(?:[^"\\]|\\[^])*"|[^")])*\)(?=[,)])|\{(?:"(?:[^"\\]|\\[^])*"|[^"}])*\}(?=[,)])/y,
  )?.[0];
  return (
    list ??
    scanner.take(/"((?:[^"\\]|\\[^])*)"(?=[,)])/y)?.[1]?.replaceAll(/\\([^])/g, '$1') ??
    scanner.take(/[^,)]*/y)?.[0] ??
    ''
  );
}
