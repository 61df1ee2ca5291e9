import { getTableName, is, Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { currentSchemaVersion, isCatalogue } from '../event-log/catalogue.ts';
import { functionsOf, renderFeed, traceHandlers, type TracedType } from './compile-handlers.ts';
import { compilePartition } from './compile-partition.ts';
import { compileViews } from './compile-views.ts';
import type { Projection } from './define.ts';
import { canonicalSource } from './function-source.ts';
import { hashProgram } from './hash.ts';
import { lineageOf } from './lineage.ts';
import { nearest } from '../nearest.ts';
import { type Problem, Problems } from './problem.ts';
import type { Program } from './program.ts';
import { streamScopes } from './stream-scope.ts';

/** A JavaScript function that a program calls from SQL. */
export type ProgramFunction = (...values: never[]) => unknown;

/** A projection that is ready to run. */
export interface CompiledProjection {
  readonly definition: Projection;
  readonly program: Program;
  /** By their names in SQL. What a program cannot carry as data. */
  readonly functions: ReadonlyMap<string, ProgramFunction>;
}

export type Compilation =
  | { readonly compiled: CompiledProjection; readonly problems: readonly [] }
  | { readonly compiled: undefined; readonly problems: readonly Problem[] };

/** Compiles a definition, or lists every problem that it has. Nothing is opened, and nothing is run but the handlers. */
export function compile(definition: Projection): Compilation {
  const problems = new Problems(definition.name);
  checkShape(definition, problems);
  if (problems.list.length > 0) return { compiled: undefined, problems: problems.list };
  const compiled = compileWhole(definition, problems);
  return problems.list.length > 0
    ? { compiled: undefined, problems: problems.list }
    : { compiled, problems: [] };
}

/** The names of a projection's views, in SQL. */
export function viewNames(definition: Projection): string[] {
  return Object.values<SQLiteTable>(definition.views ?? {})
    .filter((table) => is(table, Table))
    .map(getTableName);
}

function compileWhole(definition: Projection, problems: Problems): CompiledProjection {
  const views = compileViews(definition, problems);
  const handlers = traceHandlers(definition, problems);
  const functions = [...functionsOf(handlers, problems)];
  const program: Omit<Program, 'hash'> = {
    projection: definition.name,
    ...views,
    types: handlers.map(({ type, definition: event }) => ({
      type,
      schemaVersion: currentSchemaVersion(event),
    })),
    ...renderFeed(handlers, problems),
    partition: compilePartition(definition, handlers, problems),
    functions: Object.fromEntries(functions.map(([name, { source }]) => [name, source])),
    upcasters: upcastersOf(handlers, problems),
    lineage: lineageOf(handlers),
    streamScopes: streamScopes(views.views, views.tables, handlers),
  };
  return Object.freeze({
    definition,
    program: Object.freeze({ ...program, hash: hashProgram(program) }),
    functions: new Map(
      functions.map(([name, { implementation }]) => [name, implementation as ProgramFunction]),
    ),
  });
}

function upcastersOf(handlers: readonly TracedType[], problems: Problems): Program['upcasters'] {
  const withUpcasters = handlers.filter(({ definition }) => currentSchemaVersion(definition) > 1);
  return Object.fromEntries(
    withUpcasters.map(({ type, definition: { upcast = {} } }) => {
      const sources = problems.guard({ eventType: type }, () =>
        Object.values(upcast).map((step) => canonicalSource(step)),
      );
      return [type, sources ?? []];
    }),
  );
}

/** The shape that TypeScript would have asked for; a JavaScript file may lack it. */
function checkShape(definition: Projection, problems: Problems): void {
  const { name, events, views, on, search, policy, onError, parkLimit } = definition;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    problems.add({
      message: `${JSON.stringify(name)} is no name for a projection`,
      hint: 'Use lower case letters, digits, dashes and underscores, a letter first.',
    });
  }
  if (!isCatalogue(events)) {
    problems.add({ message: 'events is no catalogue', hint: 'Write events: defineEvents({ … }).' });
  }
  if (!hasMembers(views)) {
    problems.add({ message: 'there are no views', hint: 'Write views: { orders }, with a sqliteTable.' });
  }
  if (!hasMembers(on)) {
    problems.add({ message: 'there are no handlers', hint: "Write on: { 'order.placed': (e, db) => … }." });
  }
  if (onError !== 'park' && onError !== 'stop') {
    problems.add({ message: `onError is ${JSON.stringify(onError)}`, hint: "Write 'park' or 'stop'." });
  }
  if (typeof parkLimit !== 'number' || !(parkLimit >= 0 && parkLimit <= 1)) {
    problems.add({
      message: `parkLimit is ${JSON.stringify(parkLimit)}`,
      hint: 'It is a share: a number from 0 to 1.',
    });
  }
  for (const [option, keys] of [
    ['search', Object.keys(search)],
    ['policy', Object.keys(policy)],
  ] as const) {
    for (const key of keys) {
      if (!hasMembers(views) || Object.hasOwn(views, key)) continue;
      const guess = nearest(key, Object.keys(views));
      problems.add({
        message: `${option} names the view ${key}, which is not among views`,
        hint:
          guess === undefined ? `Its views are ${Object.keys(views).join(', ')}.` : `Did you mean ${guess}?`,
      });
    }
  }
}

function hasMembers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
