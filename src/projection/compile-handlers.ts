import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { EventDefinition } from '../event-log/catalogue.ts';
import { ProjectionistError } from '../errors.ts';
import { checkSteps } from './check-steps.ts';
import type { Handler, Projection } from './define.ts';
import { canonicalSource } from './function-source.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { nearest } from '../nearest.ts';
import type { Problems } from './problem.ts';
import type { FeedBlock, FeedColumn, Program } from './program.ts';
import type { FunctionValue } from './pure-function.ts';
import { FeedRenderer } from './render-feed.ts';
import { functionName } from './render-sql.ts';
import { mentionsIn } from './sql-tree.ts';
import { type Step, traceHandler } from './trace.ts';

/** An event type as its handler left it. */
export interface TracedType {
  readonly type: string;
  readonly definition: EventDefinition;
  /** The key under which the handler stands; it may list several types. */
  readonly key: string;
  readonly steps: readonly Step[];
}

type KnownType = readonly [type: string, definition: EventDefinition];

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

/** Runs every handler with recorders, and checks what it asks for; what is wrong with it is added to `problems`. */
export function traceHandlers(definition: Projection, problems: Problems): TracedType[] {
  const seen = new Set<string>();
  return Object.entries(definition.on).flatMap(([key, handler]) => {
    const types = typesOf(key, definition, seen, problems);
    const steps = problems.guard({ eventType: key }, () => traceOne(handler));
    if (steps === undefined) return [];
    const tables = new Set<unknown>(Object.values<SQLiteTable>(definition.views));
    for (const problem of checkSteps(steps, { tables, types })) problems.add({ eventType: key, ...problem });
    return types.map(([type, event]) => ({ type, definition: event, key, steps }));
  });
}

/** A function of `fn`, and its source without formatting. */
export interface CalledFunction {
  readonly implementation: FunctionValue['implementation'];
  readonly source: string;
}

/** The JavaScript functions that handlers call, by their names in SQL. */
export function functionsOf(
  handlers: readonly TracedType[],
  problems: Problems,
): Map<string, CalledFunction> {
  const functions = new Map<string, CalledFunction>();
  for (const { key, steps } of handlers) {
    for (const { name, implementation } of functionsIn(steps)) {
      problems.guard({ eventType: key }, () => {
        const source = canonicalSource(implementation);
        const other = functions.get(functionName(name))?.implementation ?? implementation;
        functions.set(functionName(name), { implementation, source });
        if (other !== implementation) throw doubledFunction(name);
      });
    }
  }
  return functions;
}

/** The triggers that do what the handlers asked for. */
export function renderFeed(
  handlers: readonly TracedType[],
  problems: Problems,
): Pick<Program, 'feed' | 'feedColumns'> {
  const renderer = new FeedRenderer();
  const used = new Set<FeedColumn>(['type']);
  const feed = handlers.map(({ type, definition, key, steps }): [string, readonly FeedBlock[]] => {
    const rendered = problems.guard({ eventType: key }, () =>
      renderer.renderHandler(type, jsonSchemaOf(definition.schema), steps),
    );
    for (const column of rendered?.columns ?? []) used.add(column);
    return [type, rendered?.blocks ?? []];
  });
  return { feed: Object.fromEntries(feed), feedColumns: FEED_ORDER.filter((column) => used.has(column)) };
}

function typesOf(key: string, definition: Projection, seen: Set<string>, problems: Problems): KnownType[] {
  const known = definition.events.events;
  return key
    .split(',')
    .map((part) => part.trim())
    .flatMap((type): KnownType[] => {
      const event = Object.hasOwn(known, type) ? known[type] : undefined;
      if (event === undefined) problems.add({ eventType: key, ...unknownType(type, Object.keys(known)) });
      else if (seen.has(type)) problems.add({ eventType: key, ...doubledType(type) });
      else {
        seen.add(type);
        return [[type, event]];
      }
      return [];
    });
}

function unknownType(type: string, known: readonly string[]): { message: string; hint: string } {
  const guess = nearest(type, known);
  return {
    message: `the event type ${JSON.stringify(type)} is not in the catalogue`,
    hint: guess === undefined ? `Known types: ${known.join(', ')}.` : `Did you mean ${guess}?`,
  };
}

function doubledType(type: string): { message: string; hint: string } {
  return {
    message: `${type} has two handlers`,
    hint: 'Put all statements of an event type into one handler, in the order in which they are to run.',
  };
}

function doubledFunction(name: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `two functions are named ${name}`, {
    hint: 'Give each fn() a name of its own; case makes no difference.',
  });
}

function traceOne(handler: Handler<never>): readonly Step[] {
  if (typeof handler === 'function') return traceHandler(handler);
  throw new ProjectionistError('DEFINITION_INVALID', 'the handler is no function', {
    hint: "Write '…': (e, db) => db.insert(…).",
  });
}

function functionsIn(steps: readonly Step[]): FunctionValue[] {
  return steps.flatMap((step) => {
    if (step.kind === 'statement') return mentionsIn(step.sql).functions;
    const tree = step.kind === 'when' ? step.condition : step.array;
    return [...mentionsIn(tree).functions, ...functionsIn(step.steps)];
  });
}
