import { didYouMean } from '../nearest.ts';
import type { ViewDescription } from '../projection/program.ts';
import { answer, type AskedQuery } from './asked-query.ts';
import type { CountKind } from './count.ts';
import { type QueryLimits, USUAL_LIMITS } from './limits.ts';
import { pageOf, type RowRange } from './page.ts';
import type { Parameter } from './parse-query.ts';
import { type Source, valuesOf } from './plan.ts';
import { findPlan } from './plan-cache.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import type { RowPolicy } from '../projection/row-policy.ts';
import type { ViewAnswer } from './view-answer.ts';
import type { GenerationReader } from './generation-reader.ts';
import type { ViewReaders } from './view-readers.ts';

/** What a request says beside its query string. */
export interface QueryOptions {
  readonly limits?: QueryLimits | undefined;
  /** The rows that a `Range` header asks for. */
  readonly range?: RowRange | undefined;
  /** How all rows are to be counted; undefined for not at all. */
  readonly count?: CountKind | undefined;
  /** Which rows whoever asks may see: it holds wherever a view occurs. */
  readonly policy?: RowPolicy | undefined;
  /** The id of the request that it is for, for whoever reads the log. */
  readonly requestId?: string | undefined;
  /** Aborts when nobody waits for the answer any more. Looked at only where the query has to wait. */
  readonly abandoned?: (() => AbortSignal) | undefined;
}

/** Answers a query string on a view. Throws VIEW_UNKNOWN, and what `parseQuery` throws. */
export function queryView(
  readers: ViewReaders,
  name: string,
  parameters: Iterable<Parameter>,
  options: QueryOptions = {},
): ViewAnswer {
  return answer(askView(readers, name, parameters, options));
}

/** The same on one generation. */
export function queryReader(
  reader: GenerationReader,
  name: string,
  parameters: Iterable<Parameter>,
  options: QueryOptions = {},
): ViewAnswer {
  return answer(askReader(reader, name, parameters, options));
}

/** A query string on a view, planned and not yet run. Throws VIEW_UNKNOWN, and what `parseQuery` throws. */
export function askView(
  readers: ViewReaders,
  name: string,
  parameters: Iterable<Parameter>,
  options: QueryOptions = {},
): AskedQuery {
  const { reader, view } = readers.ofView(name);
  return askSource(reader, { view, sql: undefined }, parameters, options);
}

/** The same on one generation. */
export function askReader(
  reader: GenerationReader,
  name: string,
  parameters: Iterable<Parameter>,
  options: QueryOptions = {},
): AskedQuery {
  return askSource(reader, { view: viewOf(reader, name), sql: undefined }, parameters, options);
}

/** The same on what stands for a view. */
export function askSource(
  reader: GenerationReader,
  source: Source,
  search: Iterable<Parameter>,
  options: QueryOptions,
): AskedQuery {
  const limits = options.limits ?? USUAL_LIMITS;
  const parameters = readParameters(search, limits);
  const page = pageOf(parameters, options.range, limits.maxRows);
  const { plan, given } = findPlan(reader, source, parameters, page, {
    limits,
    policy: options.policy,
    count: options.count,
  });
  const values = valuesOf(plan, parameters, page, given);
  const isCounted = options.count !== undefined;
  return { reader, view: source.view, parameters, plan, page, values, limits, isCounted };
}

function readParameters(search: Iterable<Parameter>, limits: QueryLimits): Parameter[] {
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
  const names = views.map((each) => each.name);
  throw queryProblem(
    'VIEW_UNKNOWN',
    `There is no view ${shown(name)}`,
    `${didYouMean(name, names)}Views: ${listed(names)}.`,
  );
}
