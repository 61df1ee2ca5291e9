import { currentSchemaVersion, definitionOf, type EventCatalogue } from '../../event-log/catalogue.ts';
import { type JsonSchema, jsonSchemaOf } from '../json-schema.ts';
import { canonicalSchema } from './canonical-schema.ts';
import type { CatalogueLock, LockedType } from './catalogue-lock.ts';
import { type Remedy, type SchemaChange, schemaChanges } from './schema-changes.ts';

/** One difference between a catalogue and its lock. */
export interface CatalogueChange {
  readonly eventType: string;
  /** A path like `data.items[].price`; undefined where the type as a whole is meant. */
  readonly field: string | undefined;
  /** The rest of a sentence that starts with the field, or the type. */
  readonly what: string;
}

/** A change that events which are written already do not survive. */
export interface RefusedChange extends CatalogueChange {
  /** What to do, as an instruction. */
  readonly hint: string;
}

/** How a catalogue has changed since it was locked. */
export interface Compatibility {
  readonly refused: readonly RefusedChange[];
  readonly accepted: readonly CatalogueChange[];
  /** Types whose schema's library tells no JSON Schema, so that only their versions are compared. */
  readonly unchecked: readonly string[];
}

/** Compares a catalogue with the one that was locked. */
export function compareWithLock(lock: CatalogueLock, catalogue: EventCatalogue): Compatibility {
  const known = Object.entries(lock.events).map(([type, locked]) => compareType(type, locked, catalogue));
  const added = Object.keys(catalogue.events)
    .filter((type) => !Object.hasOwn(lock.events, type))
    .map((type) => ({ eventType: type, field: undefined, what: 'is new' }));
  return {
    refused: known.flatMap(({ refused = [] }) => refused),
    accepted: [...known.flatMap(({ accepted = [] }) => accepted), ...added],
    unchecked: Object.entries(catalogue.events)
      .filter(([, { schema }]) => jsonSchemaOf(schema) === undefined)
      .map(([type]) => type),
  };
}

function compareType(type: string, locked: LockedType, catalogue: EventCatalogue): Partial<Compatibility> {
  const definition = definitionOf(catalogue, type);
  if (definition === undefined) return { refused: [removed(type)] };
  const current = currentSchemaVersion(definition);
  if (current < locked.schemaVersion) return { refused: [wentDown(type, locked.schemaVersion, current)] };
  if (current > locked.schemaVersion) {
    const what = `is in schema version ${current} now; older events pass through ${steps(current - locked.schemaVersion)}`;
    return { accepted: [{ eventType: type, field: undefined, what }] };
  }
  return compareSchemas(type, current, locked.schemas[current] ?? null, jsonSchemaOf(definition.schema));
}

function compareSchemas(
  type: string,
  version: number,
  before: JsonSchema | null,
  after: JsonSchema | undefined,
): Partial<Compatibility> {
  // Without one of the two there is nothing to compare; `unchecked` says so where it is the catalogue's.
  if (before === null || after === undefined) return {};
  const changes = schemaChanges(canonicalSchema(before), canonicalSchema(after));
  const place = ({ path, what }: SchemaChange): CatalogueChange => ({ eventType: type, field: path, what });
  return {
    refused: changes
      .filter(({ remedy }) => remedy !== undefined)
      .map((change) => ({ ...place(change), hint: REMEDIES[change.remedy as Remedy](version) })),
    accepted: changes.filter(({ remedy }) => remedy === undefined).map(place),
  };
}

const REMEDIES: Readonly<Record<Remedy, (version: number) => string>> = {
  keep: (version) => `Keep it, or add upcast: { ${version}: (old) => … }, which leaves it out.`,
  'fill-in': (version) => `Make it optional, or add upcast: { ${version}: (old) => … }, which fills it in.`,
  convert: (version) =>
    `Let in what was let in before, or add upcast: { ${version}: (old) => … }, which converts it.`,
};

function steps(count: number): string {
  return count === 1 ? 'a new upcaster' : `${count} new upcasters`;
}

function removed(type: string): RefusedChange {
  return {
    eventType: type,
    field: undefined,
    what: 'was removed; events of it may be in a log',
    hint: 'Keep it in the catalogue. Where no log has an event of it, delete its entry from events.lock.json too.',
  };
}

function wentDown(type: string, from: number, to: number): RefusedChange {
  return {
    eventType: type,
    field: undefined,
    what: `went down from schema version ${from} to ${to}; no event of version ${from} could be read`,
    hint: `Bring its upcasters back: they are needed for as long as a log has events of the versions they start from.`,
  };
}
