import type { SqliteStatement } from '../database/open.ts';
import type { ViewDescription } from '../projection/program.ts';
import { type CountKind, type CountPlan, countPlanOf } from './count.ts';
import { decodeCursor } from './cursor.ts';
import type { Binding, SqlValue } from './fragment.ts';
import type { QueryLimits } from './limits.ts';
import type { Page } from './page.ts';
import { type Parameter, parseQuery } from './parse-query.ts';
import { isAggregated, namesOf, orderOf } from './render-select.ts';
import { isPoint, renderPoint, renderQuery, type WrittenSql } from './render-query.ts';
import { operandOf, shapeOf } from './shape.ts';
import type { GenerationReader } from './view-readers.ts';
import { policiesOf, viewsRead } from './policies.ts';
import { readsAll } from './scans/reads-all.ts';
import type { RowPolicy } from '../projection/row-policy.ts';
import type { Ordering, ViewQuery } from './view-query.ts';

/** A statement for every request of one shape. */
export interface Plan {
  readonly query: ViewQuery;
  readonly statement: SqliteStatement;
  readonly bindings: readonly Binding[];
  /** The names of the answer's columns. */
  readonly columns: readonly string[];
  readonly keys: readonly Ordering[] | undefined;
  readonly count: CountPlan;
  /** True where one row is found by its key, and no page is to be cut. */
  readonly isPoint: boolean;
  /** The views that it reads, or may read; empty for a point. */
  readonly views: readonly string[];
  /** True where it may have to read all rows of a view, whatever its page. */
  readonly readsAll: boolean;
}

export interface PlanOptions {
  readonly limits: QueryLimits;
  readonly policy: RowPolicy | undefined;
  readonly count: CountKind | undefined;
}

/** A view and its rows, where these are no table's: a named query's answer. */
export interface Source {
  readonly view: ViewDescription;
  readonly sql: (WrittenSql & { readonly views: readonly string[] }) | undefined;
}

const CACHED_PLANS = 500;
const caches = new WeakMap<GenerationReader, Map<string, Plan>>();

/** The plan of a request: a kept one where its shape is known. */
export function planOf(
  reader: GenerationReader,
  source: Source,
  parameters: readonly Parameter[],
  page: Page,
  options: PlanOptions,
): Plan {
  const isPlain = options.policy === undefined && source.sql === undefined && page.after === undefined;
  if (!isPlain) return makePlan(reader, source, parameters, page, options);
  const cache = cacheOf(reader);
  const shape = `${source.view.name}\n${mayBePoint(page) ? 'p' : ''}${options.count ?? ''}${options.limits.maxRows}${options.limits.aggregates ? 'a' : ''}\n${shapeOf(parameters)}`;
  const known = cache.get(shape);
  if (known !== undefined) return known;
  const plan = makePlan(reader, source, parameters, page, options);
  const oldest = cache.size >= CACHED_PLANS ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(shape, plan);
  return plan;
}

/** The values that a request binds to its plan's statement. Throws VALUE_INVALID. */
export function valuesOf(plan: Plan, parameters: readonly Parameter[], page: Page): SqlValue[] {
  return plan.bindings.map((binding) => {
    if ('value' in binding) return binding.value;
    if ('slot' in binding) return binding.bind(operandOf(parameters[binding.slot] as Parameter));
    // One row more than wanted, which tells whether the page cuts the rows.
    return binding.page === 'limit' ? page.limit + 1 : page.offset;
  });
}

function cacheOf(reader: GenerationReader): Map<string, Plan> {
  const cache = caches.get(reader) ?? new Map<string, Plan>();
  caches.set(reader, cache);
  return cache;
}

function makePlan(
  reader: GenerationReader,
  source: Source,
  parameters: readonly Parameter[],
  page: Page,
  options: PlanOptions,
): Plan {
  const { limits } = options;
  const parsed = parseQuery(parameters, source.view, reader.generation.program.views, limits);
  const query: ViewQuery = { ...parsed, limit: undefined, offset: 0 };
  const isPlain = options.policy === undefined && source.sql === undefined;
  const point = mayBePoint(page) && isPlain && isPoint(query) ? pointPlan(reader, query, limits) : undefined;
  return point ?? pagePlan(reader, source, query, page, options);
}

/** Undefined where what is embedded in the row has to be looked for in a whole view. */
function pointPlan(reader: GenerationReader, query: ViewQuery, limits: QueryLimits): Plan | undefined {
  const { sql, bindings } = renderPoint(query, limits.maxRows);
  const statement = reader.prepare(sql).raw();
  const reading = { pages: 1, isFiltered: true, isWhole: false };
  if (readsAll(reader.db, statement, bindings.length, reading)) return undefined;
  return {
    query,
    statement,
    bindings,
    columns: namesOf(query),
    keys: undefined,
    count: { counted: 'none', planned: undefined },
    isPoint: true,
    views: [],
    readsAll: false,
  };
}

function pagePlan(
  reader: GenerationReader,
  source: Source,
  query: ViewQuery,
  page: Page,
  options: PlanOptions,
): Plan {
  const policies = policiesOf(options.policy, query, source);
  const isRestricted = policies.size > 0 || source.sql !== undefined;
  const count = countPlanOf(reader, query, options.count, isRestricted);
  const { sql, bindings, keys } = renderQuery(query, {
    maxRows: options.limits.maxRows,
    policies,
    source: source.sql,
    counted: count.counted,
    after: page.after === undefined ? undefined : decodeCursor(page.after, orderOf(query)),
  });
  const statement = reader.prepare(sql).raw();
  const reading = {
    pages: count.counted === 'some' ? 2 : 1,
    isFiltered: isRestricted || page.after !== undefined || isFiltered(query),
    isWhole: count.counted === 'all' || isAggregated(query),
  };
  return {
    query,
    statement,
    bindings,
    columns: namesOf(query),
    keys,
    count,
    isPoint: false,
    views: viewsRead(query, source),
    readsAll: readsAll(reader.db, statement, bindings.length, reading),
  };
}

/** True where some of a view's rows are left out. */
function isFiltered({ conditions, select }: ViewQuery): boolean {
  return conditions.length > 0 || select.some((each) => each.kind === 'embedded' && each.isInner);
}

function mayBePoint(page: Page): boolean {
  return page.offset === 0 && page.limit > 0 && page.after === undefined;
}
