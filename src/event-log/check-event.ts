import type { StandardSchemaV1 } from '@standard-schema/spec';
import { v7 as uuidv7 } from 'uuid';
import { ProjectionistError } from '../errors.ts';
import { currentSchemaVersion, type EventCatalogue, type EventDefinition } from './catalogue.ts';
import { envelopeOf, metadataIn, nameIn, schemaVersionIn, timeIn } from './envelope.ts';
import type { CheckedEvent } from './event.ts';
import { type Envelope, eventProblem, invalidField } from './event-problem.ts';
import { jsonText } from './json-text.ts';
import { upcastTo } from './upcast.ts';

export type EventCheck = (input: unknown) => CheckedEvent;

/** Where events come from: JSON.parse, so that their data is JSON already, or anybody's code. */
export type EventOrigin = 'json' | 'code';

/** A type of the catalogue, with what would be worked out again for each event. */
interface KnownType {
  readonly definition: EventDefinition;
  readonly current: number;
}

/**
 * A function that checks one event: its envelope, its type against the catalogue, its data against the type's schema
 * (after upcasting, where it is written in an older version). What is checked is what is kept: the data as JSON, in
 * which a Date has become text. It throws EVENT_INVALID, EVENT_TYPE_UNKNOWN or EVENT_SCHEMA_NEWER, naming the field.
 * Without a catalogue every type and any data pass.
 */
export function eventCheck(
  catalogue: EventCatalogue | undefined,
  now: () => Date,
  origin: EventOrigin = 'code',
): EventCheck {
  const known = catalogue === undefined ? undefined : knownTypes(catalogue);
  return (input) => {
    const event = envelopeOf(input);
    const type = nameIn(event, 'type');
    const data = jsonText(event['data'], (what) => invalidField(event, 'data', what));
    const stated = schemaVersionIn(event);
    let schemaVersion = stated ?? 1;
    if (known !== undefined) {
      const knownType = known.get(type);
      if (knownType === undefined) throw unknownType(event, type, known);
      schemaVersion = stated ?? knownType.current;
      checkData(event, knownType, schemaVersion, origin === 'json' ? event['data'] : JSON.parse(data));
    }
    return {
      id: event['id'] === undefined ? uuidv7() : nameIn(event, 'id'),
      stream: nameIn(event, 'stream'),
      type,
      schemaVersion,
      time: timeIn(event, now),
      data,
      metadata: metadataIn(event),
    };
  };
}

function knownTypes(catalogue: EventCatalogue): Map<string, KnownType> {
  const entries = Object.entries(catalogue.events);
  return new Map(
    entries.map(([type, definition]) => [type, { definition, current: currentSchemaVersion(definition) }]),
  );
}

function checkData(event: Envelope, known: KnownType, schemaVersion: number, data: unknown): void {
  const { definition, current } = known;
  const upToDate = schemaVersion === current ? data : upcastData(event, known, schemaVersion, data);
  const { issues } = validate(definition.schema, upToDate, event);
  if (issues === undefined) return;
  const [issue] = issues;
  const field = ['data', ...pathOf(issue)].join('.');
  throw invalidField(event, field, issue?.message ?? 'does not match its schema');
}

function upcastData(event: Envelope, known: KnownType, schemaVersion: number, data: unknown): unknown {
  try {
    return upcastTo(known.definition, String(event['type']), schemaVersion, known.current, data);
  } catch (error) {
    if (error instanceof ProjectionistError) throw error;
    throw invalidField(
      event,
      'data',
      `cannot be upcast from schema version ${schemaVersion}: ${String(error)}`,
    );
  }
}

function validate(
  schema: StandardSchemaV1,
  data: unknown,
  event: Envelope,
): StandardSchemaV1.Result<unknown> {
  let result;
  try {
    result = schema['~standard'].validate(data);
  } catch (error) {
    throw invalidField(event, 'data', `cannot be checked, because its schema throws: ${String(error)}`);
  }
  if (!(result instanceof Promise)) return result;
  // Zod answers a promise too where a transform or a refinement has thrown; its rejection must not go unheard.
  result.catch(() => {});
  throw invalidField(
    event,
    'data',
    'has a schema that validates asynchronously, or throws; events need a synchronous one',
  );
}

function pathOf(issue: StandardSchemaV1.Issue | undefined): string[] {
  return (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
}

function unknownType(
  event: Envelope,
  type: string,
  known: ReadonlyMap<string, KnownType>,
): ProjectionistError {
  const names = [...known.keys()];
  const shown = `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
  return eventProblem('EVENT_TYPE_UNKNOWN', event, 'type', `The event type ${type} is not in the catalogue`, {
    hint: `Known types: ${shown}. Add it with defineEvents, or correct the name.`,
  });
}
