import type { StandardSchemaV1 } from '@standard-schema/spec';
import { v7 as uuidv7 } from 'uuid';
import { type ErrorCode, ProjectionistError } from '../errors.ts';
import { currentSchemaVersion, type EventCatalogue } from './catalogue.ts';
import type { CheckedEvent } from './event.ts';
import { upcast } from './upcast.ts';

const MEMBERS = new Set(['id', 'stream', 'type', 'time', 'data', 'metadata', 'schemaVersion']);
const LONGEST_NAME = 512;

export type EventCheck = (input: unknown) => CheckedEvent;

/**
 * A function that checks one event: its envelope, its type against the catalogue, its data against the type's schema
 * (after upcasting, where it is written in an older version). It throws EVENT_INVALID, EVENT_TYPE_UNKNOWN or
 * EVENT_SCHEMA_NEWER, naming the field. Without a catalogue every type and any data pass.
 */
export function eventCheck(catalogue: EventCatalogue | undefined, now: () => Date): EventCheck {
  return (input) => {
    const event = envelope(input);
    const schemaVersion = versionOf(event, catalogue);
    const data = JSON.stringify(event['data']);
    if (data === undefined) throw invalid('data', 'is missing, or is not JSON', event);
    if (catalogue !== undefined) checkData(catalogue, event, schemaVersion);
    return {
      id: event['id'] === undefined ? uuidv7() : name(event, 'id'),
      stream: name(event, 'stream'),
      type: name(event, 'type'),
      schemaVersion,
      time: timeOf(event, now),
      data,
      metadata: metadataOf(event),
    };
  };
}

type Envelope = Record<string, unknown>;

function envelope(input: unknown): Envelope {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ProjectionistError('EVENT_INVALID', 'An event is a JSON object', {
      hint: 'Write {"stream": "…", "type": "…", "data": { … }}.',
    });
  }
  for (const member of Object.keys(input)) {
    if (!MEMBERS.has(member)) {
      throw invalid(
        member,
        `is not a member of an event (those are ${[...MEMBERS].join(', ')})`,
        input as Envelope,
      );
    }
  }
  return input as Envelope;
}

function name(event: Envelope, field: string): string {
  const value = event[field];
  if (typeof value !== 'string' || value === '') throw invalid(field, 'must be a non-empty string', event);
  if (value.length > LONGEST_NAME) throw invalid(field, `is longer than ${LONGEST_NAME} characters`, event);
  if (!value.isWellFormed() || value.includes('\0')) throw invalid(field, 'is not well-formed text', event);
  return value;
}

function timeOf(event: Envelope, now: () => Date): string {
  const time = event['time'];
  if (time === undefined) return now().toISOString();
  if (typeof time !== 'string' || !ZONED_TIME.test(time)) {
    throw invalid('time', 'must be ISO 8601 with a zone, like 2026-01-31T12:00:00Z', event);
  }
  const parsed = new Date(time);
  if (Number.isNaN(parsed.getTime())) throw invalid('time', 'is not a time that exists', event);
  return parsed.toISOString();
}

const ZONED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function metadataOf(event: Envelope): string | null {
  const metadata = event['metadata'];
  if (metadata === undefined || metadata === null) return null;
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    throw invalid('metadata', 'must be a JSON object', event);
  return JSON.stringify(metadata);
}

function versionOf(event: Envelope, catalogue: EventCatalogue | undefined): number {
  const version = event['schemaVersion'];
  if (version === undefined) {
    const definition = catalogue?.events[name(event, 'type')];
    return definition === undefined ? 1 : currentSchemaVersion(definition);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw invalid('schemaVersion', 'must be a whole number from 1', event);
  }
  return version as number;
}

function checkData(catalogue: EventCatalogue, event: Envelope, schemaVersion: number): void {
  const type = name(event, 'type');
  const definition = Object.hasOwn(catalogue.events, type) ? catalogue.events[type] : undefined;
  if (definition === undefined) throw unknownType(type, catalogue, event);
  const result = validate(definition.schema, current(catalogue, event, type, schemaVersion), event);
  if (result.issues === undefined) return;
  const issue = result.issues[0];
  throw invalid(['data', ...pathOf(issue)].join('.'), issue?.message ?? 'does not match its schema', event);
}

function current(catalogue: EventCatalogue, event: Envelope, type: string, schemaVersion: number): unknown {
  try {
    return upcast(catalogue, type, schemaVersion, event['data']);
  } catch (error) {
    if (error instanceof ProjectionistError) throw error;
    throw invalid('data', `cannot be upcast from schema version ${schemaVersion}: ${String(error)}`, event);
  }
}

function validate(
  schema: StandardSchemaV1,
  data: unknown,
  event: Envelope,
): StandardSchemaV1.Result<unknown> {
  const result = schema['~standard'].validate(data);
  if (result instanceof Promise) {
    throw invalid('data', 'has a schema that validates asynchronously; events need a synchronous one', event);
  }
  return result;
}

function pathOf(issue: StandardSchemaV1.Issue | undefined): string[] {
  return (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
}

function unknownType(type: string, catalogue: EventCatalogue, event: Envelope): ProjectionistError {
  const known = Object.keys(catalogue.events);
  return problem('EVENT_TYPE_UNKNOWN', `The event type ${type} is not in the catalogue`, event, 'type', {
    hint: `Known types: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}. Add it with defineEvents, or correct the name.`,
  });
}

function invalid(field: string, what: string, event: Envelope): ProjectionistError {
  const type = typeof event['type'] === 'string' ? event['type'] : undefined;
  return problem('EVENT_INVALID', `${type ?? 'An event'}: ${field} ${lowerFirst(what)}`, event, field, {
    hint: field.startsWith('data')
      ? `Compare the event with the schema of ${type ?? 'its type'} in the catalogue.`
      : undefined,
  });
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `— ${text}` : text;
}

function problem(
  code: ErrorCode,
  message: string,
  event: Envelope,
  field: string,
  details: { hint?: string | undefined },
): ProjectionistError {
  const text = (member: string) =>
    typeof event[member] === 'string' ? (event[member] as string) : undefined;
  return new ProjectionistError(code, message, {
    hint: details.hint,
    evidence: { field, eventType: text('type'), stream: text('stream'), eventId: text('id') },
  });
}
