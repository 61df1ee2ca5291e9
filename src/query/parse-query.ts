import type { ViewDescription } from '../projection/program.ts';
import type { QueryLimits } from './limits.ts';
import { MOST_PATTERNS } from './regular-expression.ts';
import { conditionOf, OPERATION, operationOf } from './parse-condition.ts';
import { columnOf, parseField } from './parse-field.ts';
import { embeddedCondition, parseLogic } from './parse-logic.ts';
import { parseOrder } from './parse-order.ts';
import { type EmbeddedSelection, type Selection, SelectParser } from './parse-select.ts';
import { listed, queryProblem, shown, unreadable } from './query-problem.ts';
import type { Schema } from './relations.ts';
import { Scanner } from './scanner.ts';
import type { Condition, Embedded, Field, ViewQuery } from './view-query.ts';

/** A parameter of a query string, decoded. Its number in the list is the slot of its value. */
export type Parameter = readonly [name: string, value: string];

/** What is asked of one view of the tree that `select` spells. */
interface Part {
  readonly view: ViewDescription;
  readonly select: readonly Selection[];
  readonly parts: ReadonlyMap<string, Part>;
  readonly conditions: Condition[];
  readonly order: { parameter: string; text: string }[];
  limit: number | undefined;
  offset: number;
}

/** Parameters that say something of the whole answer, and are read elsewhere. */
const ELSEWHERE: ReadonlySet<string> = new Set(['select', 'after', 'columns', 'on_conflict']);
const LOGIC = /^(not\.)?(and|or)$/;

/**
 * Reads a query string in PostgREST's dialect. `schema` holds the views that may be embedded. Throws QUERY_INVALID,
 * COLUMN_UNKNOWN, RELATION_UNKNOWN, … each naming the parameter and what would have been right.
 */
export function parseQuery(
  parameters: readonly Parameter[],
  view: ViewDescription,
  schema: Schema,
  limits: QueryLimits,
): ViewQuery {
  const select = parameters.findLast(([name]) => name === 'select')?.[1] ?? '';
  const selected = new SelectParser(new Scanner('select', select), schema, limits).parse(view);
  const root = partOf(view, selected);
  for (const [slot, [name, value]] of parameters.entries())
    if (!ELSEWHERE.has(name)) readParameter(root, name, value, slot, limits);
  refuseTooMany(root, limits);
  return queryOf(root, limits);
}

function refuseTooMany(root: Part, limits: QueryLimits): void {
  const tests = testsOfPart(root);
  if (tests.length > limits.filters)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      `There are more than ${limits.filters} conditions`,
      'Use in.(…), or a named query.',
    );
  if (tests.filter(({ kind }) => kind === 'match').length > MOST_PATTERNS)
    throw queryProblem(
      'QUERY_TOO_LARGE',
      `There are more than ${MOST_PATTERNS} regular expressions`,
      'Join some with |, or use like.',
    );
}

function testsOfPart(part: Part): Condition[] {
  return [...testsOf(part.conditions), ...[...part.parts.values()].flatMap(testsOfPart)];
}

/** Conditions without what joins and negates them. */
function testsOf(conditions: readonly Condition[]): Condition[] {
  return conditions.flatMap((each) => {
    if (each.kind === 'and' || each.kind === 'or') return testsOf(each.conditions);
    return each.kind === 'not' ? testsOf([each.condition]) : [each];
  });
}

function partOf(view: ViewDescription, select: readonly Selection[]): Part {
  const embedded = select.filter((each) => each.kind === 'embedded');
  const parts = new Map(embedded.map((each) => [each.name, partOf(each.relation.view, each.select)]));
  return { view, select, parts, conditions: [], order: [], limit: undefined, offset: 0 };
}

function readParameter(root: Part, name: string, value: string, slot: number, limits: QueryLimits): void {
  const { part, rest } = descend(root, name);
  const logic = LOGIC.exec(rest);
  if (logic !== null) {
    const scope = { view: part.view, embedded: [...part.parts.keys()], limits };
    part.conditions.push(parseLogic(scope, name, logic[1] !== undefined, logic[2] as 'and' | 'or', value));
  } else if (rest === 'order') part.order.push({ parameter: name, text: value });
  else if (rest === 'limit') part.limit = parseCount(name, value);
  else if (rest === 'offset') part.offset = parseCount(name, value);
  else part.conditions.push(parseFilter(part, name, rest, value, slot, limits));
}

/** Follows the embedded views that a parameter's name begins with. */
function descend(root: Part, name: string): { part: Part; rest: string } {
  let part = root;
  let rest = name;
  for (;;) {
    const next = [...part.parts].find(([embedded]) => rest.startsWith(`${embedded}.`));
    if (next === undefined) return { part, rest };
    part = next[1];
    rest = rest.slice(next[0].length + 1);
  }
}

function parseFilter(
  part: Part,
  name: string,
  rest: string,
  value: string,
  slot: number,
  limits: QueryLimits,
): Condition {
  const { view } = part;
  if (part.parts.has(rest) && !view.columns.some((column) => column.name === rest))
    return embeddedCondition(rest, value);
  const field = fieldOf(part, name, rest);
  OPERATION.lastIndex = 0;
  const match = OPERATION.exec(value);
  if (match === null)
    throw unreadable(
      `The parameter ${shown(name).slice(1, -1)}=${shown(value).slice(1, -1)}`,
      'Write column=operator.value, as in status=eq.shipped.',
    );
  return conditionOf(
    view,
    field,
    operationOf(match),
    value.slice(OPERATION.lastIndex),
    slot,
    limits.listLength,
  );
}

/** The column, or path, that a parameter's name is. */
function fieldOf(part: Part, name: string, rest: string): Field {
  const { view } = part;
  if (view.columns.some((column) => column.name === rest))
    return { column: columnOf(view, rest), path: [], isText: false };
  // Not a mistaken column, but a view that is not embedded: `lines.quantity=gt.1`.
  const head = /^([^".]+)\./.exec(rest.split('->')[0] as string)?.[1];
  if (head !== undefined)
    throw queryProblem(
      'EMBED_UNKNOWN',
      `${shown(head)} is not an embedded resource in this request`,
      `Select it first, as in select=*,${shown(head).slice(1, -1)}(*). Columns: ${listed(view.columns.map((column) => column.name))}.`,
    );
  const scanner = new Scanner(name, rest);
  const field = parseField(scanner, view);
  scanner.expectEnd('Write column=operator.value, as in status=eq.shipped.');
  return field;
}

/** A number of rows. Throws QUERY_INVALID. */
export function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (/^\d{1,15}$/.test(text)) return count;
  if (/^-\d+$/.test(text))
    throw queryProblem(
      'RANGE_UNSATISFIABLE',
      'Requested range not satisfiable',
      `${shown(name).slice(1, -1)} is a whole number from 0.`,
    );
  throw unreadable(
    `The parameter ${shown(name).slice(1, -1)}=${shown(text).slice(1, -1)}`,
    `${shown(name).slice(1, -1)} is a whole number from 0.`,
  );
}

function queryOf(part: Part, limits: QueryLimits): ViewQuery {
  const select = part.select.map((each) =>
    each.kind === 'embedded' ? embeddedOf(each, part.parts.get(each.name) as Part, limits) : each,
  );
  const embedded = select.filter((each) => each.kind === 'embedded');
  return {
    view: part.view,
    select,
    conditions: part.conditions,
    order: part.order
      .slice(-1)
      .flatMap(({ parameter, text }) => parseOrder(parameter, text, part.view, embedded, limits)),
    limit: part.limit,
    offset: part.offset,
  };
}

function embeddedOf(selection: EmbeddedSelection, part: Part, limits: QueryLimits): Embedded {
  const { select: _, ...rest } = selection;
  return { ...rest, query: queryOf(part, limits) };
}
