import { getTableName, is, Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { currentSchemaVersion, type EventDefinition, isCatalogue } from '../event-log/catalogue.ts';
import { ProjectionistError } from '../errors.ts';
import { checkSteps } from './check-steps.ts';
import type { Handler, Projection } from './define.ts';
import { canonicalSource } from './handler-source.ts';
import { hashProgram } from './hash.ts';
import { lineageOf } from './lineage.ts';
import { nearest } from './nearest.ts';
import { type Problem, problemFrom } from './problem.ts';
import type {
  FeedBlock,
  FeedColumn,
  HandledType,
  IndexDescription,
  Program,
  ViewDescription,
} from './program.ts';
import type { FunctionValue } from './pure-function.ts';
import { FeedRenderer } from './render-feed.ts';
import { functionName } from './render-sql.ts';
import { mentionsIn } from './sql-tree.ts';
import { type Step, traceHandler } from './trace.ts';
import { createIndexes, createSearch, createTable, describeView } from './view-schema.ts';

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

const FEED_ORDER: readonly FeedColumn[] = [
  'position',
  'id',
  'stream',
  'version',
  'type',
  'time',
  'data',
  'metadata',
];

/** Compiles a definition, or lists every problem that it has. Nothing is opened, and nothing is run but the handlers. */
export function compile(definition: Projection): Compilation {
  const compiler = new Compiler(definition);
  const compiled = compiler.compile();
  return compiled === undefined || compiler.problems.length > 0
    ? { compiled: undefined, problems: compiler.problems }
    : { compiled, problems: [] };
}

type Traced = readonly [eventType: string, steps: readonly Step[]];

class Compiler {
  readonly problems: Problem[] = [];
  readonly #definition: Projection;
  readonly #functions = new Map<string, FunctionValue>();

  constructor(definition: Projection) {
    this.#definition = definition;
  }

  compile(): CompiledProjection | undefined {
    if (!this.#isWhole()) return undefined;
    const views = this.#views();
    const handlers = this.#handlers();
    const types = handlers.map(([type]) => this.#handledType(type));
    const { feed, feedColumns } = this.#feed(handlers);
    const program: Omit<Program, 'hash'> = {
      projection: this.#definition.name,
      ...views,
      types,
      feed,
      feedColumns,
      functions: Object.fromEntries(
        [...this.#functions].map(([name, { implementation }]) => [name, canonicalSource(implementation)]),
      ),
      upcasters: this.#upcasters(types),
      lineage: lineageOf(handlers),
    };
    const functions = new Map(
      [...this.#functions].map(([name, { implementation }]) => [name, implementation as ProgramFunction]),
    );
    return Object.freeze({
      definition: this.#definition,
      program: Object.freeze({ ...program, hash: hashProgram(program) }),
      functions,
    });
  }

  /** The shape that TypeScript would have asked for; a JavaScript file may lack it. */
  #isWhole(): boolean {
    const { name, events, views, on } = this.#definition;
    if (typeof name !== 'string' || !/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
      this.#add({
        message: `${JSON.stringify(name)} is no name for a projection`,
        hint: 'Use lower case letters, digits, dashes and underscores, a letter first.',
      });
    }
    if (!isCatalogue(events))
      this.#add({ message: 'events is no catalogue', hint: 'Write events: defineEvents({ … }).' });
    if (typeof views !== 'object' || views === null || Object.keys(views).length === 0)
      this.#add({ message: 'there are no views', hint: 'Write views: { orders }, with a sqliteTable.' });
    if (typeof on !== 'object' || on === null || Object.keys(on).length === 0)
      this.#add({ message: 'there are no handlers', hint: "Write on: { 'order.placed': (e, db) => … }." });
    return this.problems.length === 0;
  }

  #views(): Pick<Program, 'views' | 'tables' | 'search' | 'indexes'> {
    const views: ViewDescription[] = [];
    const tables: Record<string, string> = {};
    const search: string[] = [];
    const indexes: IndexDescription[] = [];
    for (const [key, table] of Object.entries(this.#definition.views)) {
      this.#guard({}, () => {
        if (!is(table, Table)) throw refusal(`views.${key} is no Drizzle table`, 'Write sqliteTable(…).');
        const view = describeView(table, this.#definition.search[key] ?? []);
        const own = createIndexes(table);
        this.#checkView(view, tables);
        views.push(view);
        tables[view.name] = [createTable(table, view), ...own.unique].join(';\n');
        search.push(...createSearch(view));
        indexes.push(...own.others);
      });
    }
    this.#checkReferences(views);
    return { views, tables, search, indexes };
  }

  #checkView(view: ViewDescription, tables: Readonly<Record<string, string>>): void {
    if (view.name in tables)
      throw refusal(`two views are named ${view.name}`, 'Give each sqliteTable a name of its own.');
    if (/^(feed(_\d+)?|sqlite_.*|projectionist_.*)$/i.test(view.name))
      throw refusal(`${view.name} is a name that Projectionist keeps for itself`, 'Choose another name.');
  }

  #checkReferences(views: readonly ViewDescription[]): void {
    const names = new Set(views.map(({ name }) => name));
    for (const view of views) {
      for (const reference of view.references) {
        if (names.has(reference.view)) continue;
        this.#add({
          message: `${view.name} has a foreign key to ${reference.view}, which is not among the projection's views`,
          hint: 'Each projection has a file of its own, at a position of its own. Keep related views in one projection.',
        });
      }
    }
  }

  #handlers(): Traced[] {
    const seen = new Map<string, string>();
    const handlers: Traced[] = [];
    for (const [key, handler] of Object.entries(this.#definition.on)) {
      const types = this.#typesOf(key, seen);
      const steps = this.#guard({ eventType: key }, () => this.#trace(key, handler, types));
      if (steps !== undefined) handlers.push(...types.map(([type]): Traced => [type, steps]));
    }
    return handlers;
  }

  #typesOf(key: string, seen: Map<string, string>): (readonly [string, EventDefinition])[] {
    const known = this.#definition.events.events;
    const types: (readonly [string, EventDefinition])[] = [];
    for (const type of key.split(',').map((part) => part.trim())) {
      const definition = Object.hasOwn(known, type) ? known[type] : undefined;
      if (definition === undefined) {
        const guess = nearest(type, Object.keys(known));
        this.#add({
          eventType: key,
          message: `the event type ${JSON.stringify(type)} is not in the catalogue`,
          hint:
            guess === undefined ? `Known types: ${Object.keys(known).join(', ')}.` : `Did you mean ${guess}?`,
        });
      } else if (seen.has(type)) {
        this.#add({
          eventType: key,
          message: `${type} has two handlers`,
          hint: 'Put all statements of an event type into one handler, in the order in which they are to run.',
        });
      } else {
        seen.set(type, key);
        types.push([type, definition]);
      }
    }
    return types;
  }

  #trace(
    key: string,
    handler: Handler<never>,
    types: readonly (readonly [string, EventDefinition])[],
  ): readonly Step[] {
    if (typeof handler !== 'function')
      throw refusal('the handler is no function', "Write '…': (e, db) => db.insert(…).");
    const steps = traceHandler(handler);
    const tables = new Set<unknown>(Object.values<SQLiteTable>(this.#definition.views));
    for (const problem of checkSteps(steps, { tables, types })) this.#add({ eventType: key, ...problem });
    for (const value of functionsIn(steps)) this.#addFunction(key, value);
    return steps;
  }

  #addFunction(eventType: string, value: FunctionValue): void {
    const name = functionName(value.name);
    const other = this.#functions.get(name);
    if (other !== undefined && other.implementation !== value.implementation) {
      this.#add({
        eventType,
        message: `two functions are named ${value.name}`,
        hint: 'Give each fn() a name of its own.',
      });
    }
    this.#functions.set(name, value);
  }

  #handledType(type: string): HandledType {
    const definition = this.#definition.events.events[type] as EventDefinition;
    return { type, schemaVersion: currentSchemaVersion(definition) };
  }

  #upcasters(types: readonly HandledType[]): Program['upcasters'] {
    const withUpcasters = types.filter(({ schemaVersion }) => schemaVersion > 1);
    return Object.fromEntries(
      withUpcasters.map(({ type }) => {
        const upcast = this.#definition.events.events[type]?.upcast ?? {};
        return [type, Object.values(upcast).map((step) => canonicalSource(step))];
      }),
    );
  }

  #feed(handlers: readonly Traced[]): Pick<Program, 'feed' | 'feedColumns'> {
    const renderer = new FeedRenderer();
    const used = new Set<FeedColumn>(['type']);
    const feed: Record<string, readonly FeedBlock[]> = {};
    for (const [type, steps] of handlers) {
      this.#guard({ eventType: type }, () => {
        const { blocks, columns } = renderer.renderHandler(type, steps);
        for (const column of columns) used.add(column);
        feed[type] = blocks;
      });
    }
    const feedColumns = FEED_ORDER.filter((column) => used.has(column));
    return { feed, feedColumns };
  }

  #guard<T>(place: Partial<Problem>, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const statement = error instanceof ProjectionistError ? error.evidence.statement : undefined;
      this.#add({ ...place, ...problemFrom(error, { statement }) });
      return undefined;
    }
  }

  #add(problem: Omit<Problem, 'projection'>): void {
    this.problems.push({
      ...problem,
      projection: typeof this.#definition.name === 'string' ? this.#definition.name : undefined,
    });
  }
}

function functionsIn(steps: readonly Step[]): FunctionValue[] {
  return steps.flatMap((step) => {
    if (step.kind === 'statement') return mentionsIn(step.sql).functions;
    const tree = step.kind === 'when' ? step.condition : step.array;
    return [...mentionsIn(tree).functions, ...functionsIn(step.steps)];
  });
}

function refusal(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint });
}

/** The names of a projection's views, in SQL. */
export function viewNames(definition: Projection): string[] {
  return Object.values<SQLiteTable>(definition.views)
    .filter((table) => is(table, Table))
    .map(getTableName);
}
