import { ProjectionistError } from '../errors.ts';
import { type Envelope, invalidField } from './event-problem.ts';
import { normalTime } from './event-time.ts';
import { jsonText } from './json-text.ts';

const MEMBERS = new Set(['id', 'stream', 'type', 'time', 'data', 'metadata', 'schemaVersion']);
const LONGEST_NAME = 512;

/** The input as an event's members. Throws EVENT_INVALID for what is not an object, or has a member no event has. */
export function envelopeOf(input: unknown): Envelope {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ProjectionistError('EVENT_INVALID', 'An event is a JSON object', {
      hint: 'Write {"stream": "…", "type": "…", "data": { … }}.',
    });
  }
  const event = input as Envelope;
  for (const member of Object.keys(event)) {
    if (MEMBERS.has(member)) continue;
    throw invalidField(event, member, `is not a member of an event (those are ${[...MEMBERS].join(', ')})`);
  }
  return event;
}

/** A member that identifies something: text that is not empty, short and well-formed. */
export function nameIn(event: Envelope, field: 'id' | 'stream' | 'type'): string {
  const value = event[field];
  if (typeof value !== 'string' || value === '')
    throw invalidField(event, field, 'must be a non-empty string');
  if (value.length > LONGEST_NAME)
    throw invalidField(event, field, `is longer than ${LONGEST_NAME} characters`);
  if (!value.isWellFormed() || value.includes('\0'))
    throw invalidField(event, field, 'is not well-formed text');
  return value;
}

/** The event's time in UTC with milliseconds; now where it has none. */
export function timeIn(event: Envelope, now: () => Date): string {
  const text = event['time'];
  if (text === undefined) return now().toISOString();
  const normal = typeof text === 'string' ? normalTime(text) : 'malformed';
  if (normal === 'malformed') {
    throw invalidField(event, 'time', 'must be ISO 8601 with a zone, like 2026-01-31T12:00:00Z');
  }
  if (normal === 'impossible')
    throw invalidField(event, 'time', 'is not a time that exists in the years 0000 to 9999');
  return normal;
}

/** The metadata as JSON text; null where the event has none. */
export function metadataIn(event: Envelope): string | null {
  const metadata = event['metadata'];
  if (metadata === undefined || metadata === null) return null;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    throw invalidField(event, 'metadata', 'must be a JSON object');
  }
  const text = jsonText(metadata, (what) => invalidField(event, 'metadata', what));
  if (!text.startsWith('{')) throw invalidField(event, 'metadata', 'must be a JSON object');
  return text;
}

/** The schema version that the event says it is written in; undefined where it does not say. */
export function schemaVersionIn(event: Envelope): number | undefined {
  const version = event['schemaVersion'];
  if (version === undefined) return undefined;
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw invalidField(event, 'schemaVersion', 'must be a whole number from 1');
  }
  return version as number;
}
