import type { RowPolicy } from '../projection/row-policy.ts';
import type { CountKind } from './count.ts';
import { decodeCursor } from './cursor.ts';
import type { QueryLimits } from './limits.ts';
import type { Page } from './page.ts';
import { type Parameter, parseQuery } from './parse-query.ts';
import { type Given, makePlan, type Plan, type PlanOptions, type Source } from './plan.ts';
import { policiesOf, viewsRead } from './policies.ts';
import { orderOf } from './render-select.ts';
import { shapeOf } from './shape.ts';
import type { GenerationReader } from './generation-reader.ts';
import type { Ordering, ViewQuery } from './view-query.ts';

/** A request's plan, and what it binds to it beside its parameters. */
export interface FoundPlan {
  readonly plan: Plan;
  readonly given: Given;
}

export interface FindOptions {
  readonly limits: QueryLimits;
  readonly policy: RowPolicy | undefined;
  readonly count: CountKind | undefined;
}

/** A query that has been read, and its plans: one for each form that policies and cursors have taken. */
interface Known {
  readonly query: ViewQuery;
  /** Undefined until a cursor is to be read. */
  order: readonly Ordering[] | undefined;
  /** The views whose policies hold. */
  readonly views: readonly string[];
  readonly options: PlanOptions;
  readonly plans: Map<string, Plan>;
}

const CACHED_QUERIES = 500;
/** A policy that writes values into its SQL makes a plan for each. */
const CACHED_FORMS = 16;
const caches = new WeakMap<GenerationReader, Map<string, Known>>();
const NOTHING: Given = Object.freeze({ policies: new Map(), after: undefined });

/** Finds the plan of a request: a kept one where its shape is known. Throws what `parseQuery` throws, and FORBIDDEN. */
export function findPlan(
  reader: GenerationReader,
  source: Source,
  parameters: readonly Parameter[],
  page: Page,
  options: FindOptions,
): FoundPlan {
  // What stands for a view is another SQL each time.
  const cache = source.sql === undefined ? cacheOf(reader) : new Map<string, Known>();
  const shape = shapeOfRequest(source, parameters, page, options);
  const known = cache.get(shape) ?? readQuery(reader, source, parameters, page, options);
  const given = givenOf(known, options.policy, page);
  const form = formOf(given);
  const plan = known.plans.get(form) ?? makePlan(reader, source, known.query, given, known.options);
  // Only now is it certain that the values can be bound with which the query was read.
  keep(cache, shape, known, CACHED_QUERIES);
  keep(known.plans, form, plan, CACHED_FORMS);
  return { plan, given };
}

function cacheOf(reader: GenerationReader): Map<string, Known> {
  const cache = caches.get(reader) ?? new Map<string, Known>();
  caches.set(reader, cache);
  return cache;
}

function shapeOfRequest(
  { view }: Source,
  parameters: readonly Parameter[],
  page: Page,
  { limits, count }: FindOptions,
): string {
  return `${view.name}\n${mayBePoint(page) ? 'p' : ''}${count ?? ''}${limits.maxRows}${limits.aggregates ? 'a' : ''}\n${shapeOf(parameters)}`;
}

function mayBePoint(page: Page): boolean {
  return page.offset === 0 && page.limit > 0 && page.after === undefined;
}

function readQuery(
  reader: GenerationReader,
  source: Source,
  parameters: readonly Parameter[],
  page: Page,
  { limits, count }: FindOptions,
): Known {
  const parsed = parseQuery(parameters, source.view, reader.generation.program.views, limits);
  const query = { ...parsed, limit: undefined, offset: 0 };
  return {
    query,
    order: undefined,
    views: viewsRead(query, source),
    options: { limits, count, mayBePoint: mayBePoint(page) },
    plans: new Map(),
  };
}

/** The policies are asked anew for each request: they may refuse, or put it differently. */
function givenOf(known: Known, policy: RowPolicy | undefined, page: Page): Given {
  if (policy === undefined && page.after === undefined) return NOTHING;
  const policies = policiesOf(policy, known.views);
  if (page.after === undefined) return { policies, after: undefined };
  known.order ??= orderOf(known.query);
  return { policies, after: decodeCursor(page.after, known.order) };
}

/** What the SQL depends on: the text of each condition, without its values, and which of the cursor's values are null. */
function formOf(given: Given): string {
  if (given === NOTHING) return '';
  const conditions = [...given.policies].map(([view, { sql }]) => [view, sql]);
  return JSON.stringify([conditions, given.after?.map((value) => value === null)]);
}

/** Puts it into a map, in place of the oldest where the map is full. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  if (map.has(key)) return;
  const oldest = map.size >= most ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
