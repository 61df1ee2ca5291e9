import { ProjectionistError } from '../errors.ts';
import type { ViewDescription } from '../projection/program.ts';
import { type CountKind, totalOf } from './count.ts';
import { encodeCursor } from './cursor.ts';
import { type QueryLimits, USUAL_LIMITS } from './limits.ts';
import { type Page, pageOf, type RowRange } from './page.ts';
import type { Parameter } from './parse-query.ts';
import { type Plan, planOf, type Source, valuesOf } from './plan.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import type { RowPolicy } from '../projection/row-policy.ts';
import { ViewAnswer } from './view-answer.ts';
import type { GenerationReader, ViewReaders } from './view-readers.ts';

export { ViewAnswer } from './view-answer.ts';

/** What a request says beside its query string. */
export interface QueryOptions {
  readonly limits?: QueryLimits | undefined;
  /** The rows that a `Range` header asks for. */
  readonly range?: RowRange | undefined;
  /** How all rows are to be counted; undefined for not at all. */
  readonly count?: CountKind | undefined;
  /** Which rows whoever asks may see: it holds wherever a view occurs. */
  readonly policy?: RowPolicy | undefined;
}

/** Answers a query string on a view. Throws VIEW_UNKNOWN, and what `parseQuery` throws. */
export function queryView(
  readers: ViewReaders,
  name: string,
  parameters: URLSearchParams,
  options: QueryOptions = {},
): ViewAnswer {
  return queryReader(readers.ofView(name).reader, name, parameters, options);
}

/** The same on one generation. */
export function queryReader(
  reader: GenerationReader,
  name: string,
  parameters: URLSearchParams,
  options: QueryOptions = {},
): ViewAnswer {
  return querySource(reader, { view: viewOf(reader, name), sql: undefined }, parameters, options);
}

/** The same on what stands for a view. */
export function querySource(
  reader: GenerationReader,
  source: Source,
  search: URLSearchParams,
  options: QueryOptions,
): ViewAnswer {
  const limits = options.limits ?? USUAL_LIMITS;
  const parameters = readParameters(search, limits);
  const page = pageOf(parameters, options.range, limits.maxRows);
  const plan = planOf(reader, source, parameters, page, {
    limits,
    policy: options.policy,
    count: options.count,
  });
  const found = run(reader, plan, valuesOf(plan, parameters, page));
  return new ViewAnswer(reader.generation, {
    ...cut(found, plan, page),
    position: found[0],
    total: options.count && totalOf(plan.count, { total: found[4], found: found[1] }, page, limits.maxRows),
    offset: page.offset,
    columns: plan.columns,
  });
}

/** What a plan's statement answers: see RenderedQuery. */
type Found = readonly [
  position: number,
  count: number,
  items: string | null,
  keys: string | null,
  total: number | null,
];

function run(reader: GenerationReader, plan: Plan, values: readonly unknown[]): Found {
  const read = () => plan.statement.get(...values) as Found | undefined;
  try {
    return read() ?? reader.snapshot(() => read() ?? [reader.position(), 0, null, null, null]);
  } catch (error) {
    if (error instanceof Error && error.message === 'integer overflow')
      throw new ProjectionistError('VALUE_OUT_OF_RANGE', 'A sum is out of range', {
        hint: 'Cast to real first: column::real.sum().',
      });
    // What SQLite says of a LIMIT that is no whole number, which a named query may have been given.
    if (error instanceof Error && error.message === 'datatype mismatch')
      throw new ProjectionistError('PARAMETER_INVALID', 'A parameter is of the wrong type for the query');
    throw error;
  }
}

const SEPARATOR = ',\n';

/** The page: without the row that came only to tell that there are more. */
function cut(
  [, count, items, keys]: Found,
  plan: Plan,
  page: Page,
): Pick<ViewAnswer, 'body' | 'count' | 'next'> {
  if (plan.isPoint || count <= page.limit) return { body: `[${items ?? ''}]`, count, next: undefined };
  const body =
    page.limit === 0 ? '[]' : `[${(items as string).slice(0, (items as string).lastIndexOf(SEPARATOR))}]`;
  const last = keys === null || page.limit === 0 ? undefined : keys.split(SEPARATOR).at(-2);
  return {
    body,
    count: page.limit,
    next: last === undefined ? undefined : encodeCursor(plan.keys ?? [], last),
  };
}

function readParameters(search: URLSearchParams, limits: QueryLimits): Parameter[] {
  const parameters = [...search];
  const length = parameters.reduce((sum, [name, value]) => sum + name.length + value.length + 2, 0);
  if (length <= limits.queryLength) return parameters;
  throw queryProblem(
    'QUERY_TOO_LARGE',
    `The query string has more than ${limits.queryLength} characters`,
    'Ask in several requests, or write a named query.',
  );
}

function viewOf(reader: GenerationReader, name: string): ViewDescription {
  const { views } = reader.generation.program;
  const view = views.find((candidate) => candidate.name === name);
  if (view !== undefined) return view;
  throw queryProblem(
    'VIEW_UNKNOWN',
    `There is no view ${shown(name)}`,
    `Views: ${listed(views.map((each) => each.name))}.`,
  );
}
