import type { ViewDescription } from '../projection/program.ts';
import type { QueryLimits } from './limits.ts';
import { parseField } from './parse-field.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import { Scanner } from './scanner.ts';
import type { Embedded, Ordering } from './view-query.ts';

const HINT =
  'Write order=column.desc.nullslast,other; modifiers are asc or desc, then nullsfirst or nullslast.';

/** Reads `order=a.desc.nullslast,view(b)`. Nulls come last, or first where the order is descending, as in PostgreSQL. */
export function parseOrder(
  parameter: string,
  text: string,
  view: ViewDescription,
  embedded: readonly Embedded[],
  limits: QueryLimits,
): Ordering[] {
  const scanner = new Scanner(parameter, text);
  const order: Ordering[] = [];
  if (scanner.isAtEnd()) return order;
  do {
    order.push(parseOne(scanner, view, embedded));
    if (order.length > limits.orderings)
      throw queryProblem(
        'QUERY_TOO_LARGE',
        `${parameter} has more than ${limits.orderings} columns`,
        'Name fewer.',
      );
  } while (scanner.skip(','));
  scanner.expectEnd(HINT);
  return order;
}

function parseOne(scanner: Scanner, view: ViewDescription, embedded: readonly Embedded[]): Ordering {
  const related = scanner.take(/([^",.:()>]+)\(/y)?.[1]?.trim();
  const source = related === undefined ? undefined : toOneNamed(embedded, related);
  const field = parseField(scanner, source?.relation.view ?? view);
  if (field.column.kind === 'json' && field.path.length === 0)
    throw queryProblem(
      'QUERY_INVALID',
      `${field.column.name} holds JSON, which has no order`,
      'Order by a value inside it: column->member.',
    );
  if (source !== undefined) scanner.expect(')', HINT);
  const isDescending = scanner.take(/\.(asc|desc)(?=[,.]|$)/y)?.[1] === 'desc';
  const nulls = scanner.take(/\.nulls(first|last)(?=,|$)/y)?.[1] as Ordering['nulls'] | undefined;
  if (!scanner.isAtEnd() && !scanner.isNext(',')) throw scanner.unreadable(HINT);
  return { field, embedded: source?.name, isDescending, nulls: nulls ?? (isDescending ? 'first' : 'last') };
}

function toOneNamed(embedded: readonly Embedded[], name: string): Embedded {
  const source = embedded.find((each) => each.name === name || each.relation.view.name === name);
  if (source === undefined)
    throw queryProblem(
      'EMBED_UNKNOWN',
      `${shown(name)} is not embedded in this request`,
      `Select it: select=*,${shown(name).slice(1, -1)}(). Embedded are: ${listed(embedded.map((each) => each.name))}.`,
    );
  if (source.relation.isToOne) return source;
  throw queryProblem(
    'RELATED_ORDER_IMPOSSIBLE',
    `A row may have many ${shown(name)}, so that they cannot order it`,
    `Order the embedded rows: ${shown(name).slice(1, -1)}.order=column.`,
  );
}
