import type { SqliteStatement } from '../database/open.ts';
import type { ViewDescription } from '../projection/program.ts';
import { type CountKind, type CountPlan, countPlanOf } from './count.ts';
import type { Binding, SqlValue } from './fragment.ts';
import type { QueryLimits } from './limits.ts';
import type { Page } from './page.ts';
import type { Parameter } from './parse-query.ts';
import { isAggregated, namesOf } from './render-select.ts';
import { isPoint, renderPoint, renderQuery, type RenderOptions, type WrittenSql } from './render-query.ts';
import { viewsRead } from './policies.ts';
import { readsAll, stepsOf } from './scans/reads-all.ts';
import { operandOf } from './shape.ts';
import type { GenerationReader } from './generation-reader.ts';
import type { Ordering, ViewQuery } from './view-query.ts';

/** A statement for every request of one shape. */
export interface Plan {
  readonly statement: SqliteStatement;
  readonly bindings: readonly Binding[];
  /** The names of the answer's columns. */
  readonly columns: readonly string[];
  readonly keys: readonly Ordering[] | undefined;
  readonly count: CountPlan;
  /** The members of a row that have the keys; undefined where these stand beside the rows. */
  readonly keyMembers: readonly string[] | undefined;
  /** True where one row is found by its key, and no page is to be cut. */
  readonly isPoint: boolean;
  /** The views that it reads, or may read; empty for a point. */
  readonly views: readonly string[];
  /** True where it may have to read all rows of a view, whatever its page. */
  readonly readsAll: boolean;
}

/** A view and its rows, where these are no table's: a named query's answer. */
export interface Source {
  readonly view: ViewDescription;
  readonly sql: (WrittenSql & { readonly views: readonly string[] }) | undefined;
}

/** What the statement depends on beside the query itself. */
export interface PlanOptions {
  readonly limits: QueryLimits;
  readonly count: CountKind | undefined;
  readonly mayBePoint: boolean;
}

/** What a request brings along beside its parameters. Only its form goes into a plan; its values are bound. */
export interface Given {
  /** The conditions on the rows that the caller may see, by view. */
  readonly policies: ReadonlyMap<string, WrittenSql>;
  /** The values in the cursor. */
  readonly after: readonly SqlValue[] | undefined;
}

/** The plan of a query. */
export function makePlan(
  reader: GenerationReader,
  source: Source,
  query: ViewQuery,
  given: Given,
  options: PlanOptions,
): Plan {
  const isOne = options.mayBePoint && source.sql === undefined && isPoint(query);
  const point = isOne ? pointPlan(reader, query, given, options.limits) : undefined;
  return point ?? pagePlan(reader, source, query, given, options);
}

/** Undefined where something, such as what is embedded in the row, has to be looked for in a whole view. */
function pointPlan(
  reader: GenerationReader,
  query: ViewQuery,
  { policies }: Given,
  { maxRows }: QueryLimits,
): Plan | undefined {
  const { sql, bindings } = renderPoint(query, { maxRows, policies });
  const statement = reader.prepare(sql).raw();
  const reading = { pages: 1, isFiltered: true, isWhole: false };
  if (readsAll(reader.db, statement, bindings.length, reading)) return undefined;
  return {
    statement,
    bindings,
    columns: namesOf(query),
    keys: undefined,
    keyMembers: undefined,
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
  given: Given,
  options: PlanOptions,
): Plan {
  const { maxRows } = options.limits;
  const isRestricted = given.policies.size > 0 || source.sql !== undefined;
  const count = countPlanOf(reader, query, options.count, isRestricted);
  const rendering = { ...given, maxRows, source: source.sql, counted: count.counted };
  const { sql, bindings, keys, keyMembers } = renderBest(reader, query, rendering);
  const statement = reader.prepare(sql).raw();
  const reading = {
    pages: count.counted === 'some' ? 2 : 1,
    isFiltered: isRestricted || given.after !== undefined || isFiltered(query),
    isWhole: count.counted === 'all' || isAggregated(query),
  };
  return {
    statement,
    bindings,
    columns: namesOf(query),
    keys,
    keyMembers,
    count,
    isPoint: false,
    views: viewsRead(query, source),
    readsAll: readsAll(reader.db, statement, bindings.length, reading),
  };
}

/** Rows are made JSON as they are found where they are found in order. */
function renderBest(
  reader: GenerationReader,
  query: ViewQuery,
  options: Omit<RenderOptions, 'isDirect'>,
): ReturnType<typeof renderQuery> {
  const hasFieldsAlone = query.select.every(({ kind }) => kind === 'field');
  if (hasFieldsAlone && !isAggregated(query)) {
    const direct = renderQuery(query, { ...options, isDirect: true });
    const steps = stepsOf(reader.db, direct.sql, direct.bindings.length);
    if (!steps.some(({ detail }) => detail.includes('TEMP B-TREE'))) return direct;
  }
  return renderQuery(query, { ...options, isDirect: false });
}

/** True where some of a view's rows are left out. */
function isFiltered({ conditions, select }: ViewQuery): boolean {
  return conditions.length > 0 || select.some((each) => each.kind === 'embedded' && each.isInner);
}

/** The values that a request binds to its plan's statement. Throws VALUE_INVALID. */
export function valuesOf(plan: Plan, parameters: readonly Parameter[], page: Page, given: Given): SqlValue[] {
  return plan.bindings.map((binding) => {
    if ('value' in binding) return binding.value;
    if ('slot' in binding) return binding.bind(operandOf(parameters[binding.slot] as Parameter));
    if ('policyOf' in binding) return policyValue(given, binding.policyOf, binding.index);
    if ('after' in binding) return given.after?.[binding.after] ?? null;
    // One row more than wanted, which tells whether the page cuts the rows.
    return binding.page === 'limit' ? page.limit + 1 : page.offset;
  });
}

/** Anything but a value is a mistake of ours: as NULL it could let rows through that a policy hides. */
function policyValue({ policies }: Given, view: string, index: number): SqlValue {
  const value = policies.get(view)?.values[index];
  if (value === undefined) throw new Error(`The policy of ${view} has no value ${index}`);
  return value;
}
