import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ProjectionistError } from '../errors.ts';
import type { NewEvent } from './event.ts';

/** Turns data of schema version n into version n + 1. Pure and synchronous: it is called again at every replay. */
export type Upcaster = (old: never) => unknown;

/** One event type: the schema of its current version and how older versions become it. */
export interface EventDefinition<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** Any Standard Schema (https://standardschema.dev) that validates synchronously. */
  readonly schema: Schema;
  /** Keyed by the version they start from: `{ 1: (v1) => v2, 2: (v2) => v3 }`. */
  readonly upcast?: Readonly<Record<number, Upcaster>> | undefined;
}

export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

const CATALOGUE = Symbol.for('projectionist.catalogue');

/** All event types that a set of projections knows. */
export interface EventCatalogue<Events extends EventDefinitions = EventDefinitions> {
  readonly [CATALOGUE]: true;
  readonly events: Events;
}

/** The type of an event's data, as it is written to the log. */
export type DataOf<Definition> =
  Definition extends EventDefinition<infer Schema> ? StandardSchemaV1.InferInput<Schema> : never;

/**
 * An event of one of a catalogue's types, to be appended: `{ type: 'order.paid', data: { amount: 5 } } satisfies
 * EventOf<typeof events>`.
 */
export type EventOf<Catalogue extends EventCatalogue> = {
  [Type in keyof Catalogue['events'] & string]: Omit<NewEvent, 'stream' | 'type' | 'data'> & {
    readonly type: Type;
    readonly data: DataOf<Catalogue['events'][Type]>;
  };
}[keyof Catalogue['events'] & string];

/**
 * Declares the event types, their schemas and their upcasters. The current schema version of a type is the number of
 * its upcasters plus one. Throws DEFINITION_INVALID.
 */
export function defineEvents<const Events extends EventDefinitions>(events: Events): EventCatalogue<Events> {
  for (const [type, definition] of Object.entries(events)) checkDefinition(type, definition);
  return Object.freeze({ [CATALOGUE]: true as const, events: Object.freeze({ ...events }) });
}

export function isCatalogue(value: unknown): value is EventCatalogue {
  return typeof value === 'object' && value !== null && CATALOGUE in value;
}

/** The definition of a type, or undefined where the catalogue has none: a type may be called `constructor`. */
export function definitionOf(catalogue: EventCatalogue, type: string): EventDefinition | undefined {
  return Object.hasOwn(catalogue.events, type) ? catalogue.events[type] : undefined;
}

/** The version that new events of a type are written in, counted from 1. */
export function currentSchemaVersion(definition: EventDefinition): number {
  return Object.keys(definition.upcast ?? {}).length + 1;
}

function checkDefinition(type: string, definition: EventDefinition): void {
  if (!/^[^\s,]+$/.test(type)) {
    throw invalid(
      type,
      `The event type ${JSON.stringify(type)} is empty or contains white space or a comma`,
      'Name it like order.placed.',
    );
  }
  if (typeof definition?.schema?.['~standard']?.validate !== 'function') {
    throw invalid(
      type,
      `${type} has no schema`,
      `Write '${type}': { schema: z.object({ … }) }, or any other Standard Schema.`,
    );
  }
  const versions = Object.keys(definition.upcast ?? {}).map(Number);
  for (const [index, version] of versions.toSorted((a, b) => a - b).entries()) {
    const step: unknown = definition.upcast?.[version];
    if (version !== index + 1 || typeof step !== 'function') {
      throw invalid(
        type,
        `The upcasters of ${type} are not numbered 1, 2, 3 …`,
        'Each key is the version it starts from, and each value a function.',
      );
    }
    if (!Object.hasOwn(ASYNCHRONOUS, step.constructor.name)) continue;
    throw invalid(
      type,
      `The upcaster of ${type} from schema version ${version} is ${ASYNCHRONOUS[step.constructor.name]}`,
      'Write an ordinary function that returns the new data: a replay calls it in the middle of a transaction.',
    );
  }
}

/** Functions that return no data, by their constructors. */
const ASYNCHRONOUS: Readonly<Record<string, string>> = {
  AsyncFunction: 'asynchronous',
  GeneratorFunction: 'a generator',
  AsyncGeneratorFunction: 'a generator',
};

function invalid(eventType: string, message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint, evidence: { eventType } });
}

/** One catalogue out of several. Two that define the same type with different schemas are refused. */
export function mergeCatalogues(catalogues: readonly EventCatalogue[]): EventCatalogue {
  const merged = new Map<string, EventDefinition>();
  for (const { events } of new Set(catalogues)) {
    for (const [type, definition] of Object.entries(events)) {
      const other = merged.get(type);
      if (other !== undefined && other !== definition) {
        throw invalid(
          type,
          `Two catalogues define ${type}`,
          'Declare each event type once, and import that catalogue in every projection.',
        );
      }
      merged.set(type, definition);
    }
  }
  return defineEvents(Object.fromEntries(merged));
}
