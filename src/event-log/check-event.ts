import { v7 as uuidv7 } from 'uuid';
import type { ProjectionistError } from '../errors.ts';
import type { EventCatalogue } from './catalogue.ts';
import { dataProblem, type KnownType, knownTypes } from './check-data.ts';
import { envelopeOf, metadataIn, nameIn, schemaVersionIn, timeIn } from './envelope.ts';
import type { CheckedEvent } from './event.ts';
import { type Envelope, eventProblem, invalidField } from './event-problem.ts';
import { jsonText } from './json-text.ts';
import { didYouMean } from '../nearest.ts';

export type EventCheck = (input: unknown) => CheckedEvent;

/** Where events come from: JSON.parse, so that their data is JSON already, or anybody's code. */
export type EventOrigin = 'json' | 'code';

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

function checkData(event: Envelope, known: KnownType, schemaVersion: number, data: unknown): void {
  const problem = dataProblem(known, schemaVersion, data);
  if (problem === undefined) return;
  throw invalidField(event, ['data', ...problem.path].join('.'), problem.what, problem.cause);
}

function unknownType(
  event: Envelope,
  type: string,
  known: ReadonlyMap<string, KnownType>,
): ProjectionistError {
  const names = [...known.keys()];
  const shown = `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
  return eventProblem('EVENT_TYPE_UNKNOWN', event, 'type', `The event type ${type} is not in the catalogue`, {
    hint: `${didYouMean(type, names)}Known types: ${shown}. Add it with defineEvents, or correct the name.`,
  });
}
