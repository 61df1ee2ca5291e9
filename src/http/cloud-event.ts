import { ProjectionistError } from '../errors.ts';
import type { NewEvent } from '../event-log/event.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** What has a place of its own in an event of the log, or in this mapping. */
const MAPPED = new Set([
  'specversion',
  'id',
  'type',
  'time',
  'data',
  'data_base64',
  'datacontenttype',
  'subject',
  'stream',
  'schemaversion',
]);

/** Identifiers that nobody else makes, whatever the source: UUIDs (RFC 9562). */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * A CloudEvent (https://github.com/cloudevents/spec, 1.0.2) as an event of the log; docs/events-api.md has the table.
 * `stream` is the one that the URL names, if it does. Throws EVENT_INVALID, naming the attribute.
 */
export function fromCloudEvent(input: unknown, stream?: string): NewEvent {
  const attributes = attributesOf(input);
  checkContext(attributes);
  const { id = '', source, type, time } = attributes as Record<string, string>;
  const schemaVersion = schemaVersionOf(attributes);
  return {
    id: UUID.test(id) ? id : `${source}#${id}`,
    stream: stream ?? streamOf(attributes),
    type: type as string,
    ...(time !== undefined && { time }),
    data: dataOf(attributes),
    metadata: metadataOf(attributes, stream),
    ...(schemaVersion !== undefined && { schemaVersion }),
  };
}

function attributesOf(input: unknown): Attributes {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new ProjectionistError('EVENT_INVALID', 'A CloudEvent is a JSON object', { hint: EXAMPLE });
  // JSON null stands for an attribute that is absent (JSON format, section 2.2).
  const present = Object.entries(input).filter(([name, value]) => name === 'data' || value !== null);
  return Object.fromEntries(present);
}

function checkContext(attributes: Attributes): void {
  for (const name of Object.keys(attributes)) {
    if (name !== 'data_base64' && !/^[a-z\d]+$/.test(name))
      throw invalid(attributes, name, 'is no attribute name: those have lower-case letters and digits');
  }
  for (const name of ['specversion', 'id', 'source', 'type']) {
    const value = attributes[name];
    if (typeof value !== 'string' || value === '')
      throw invalid(attributes, name, 'must be a non-empty string');
  }
  for (const name of ['subject', 'stream', 'time', 'datacontenttype', 'dataschema']) {
    const value = attributes[name];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw invalid(attributes, name, 'must be a non-empty string');
  }
  if (attributes['specversion'] !== '1.0') throw invalid(attributes, 'specversion', 'must be 1.0');
}

/** The extension `stream`, or else the subject. */
function streamOf(attributes: Attributes): string {
  const stream = attributes['stream'] ?? attributes['subject'];
  if (stream === undefined)
    throw invalid(
      attributes,
      'subject',
      'is missing, and it names the stream; or send the extension attribute stream',
    );
  return stream as string;
}

function dataOf(attributes: Attributes): unknown {
  if (attributes['data_base64'] !== undefined)
    throw invalid(attributes, 'data_base64', 'is binary; the log keeps JSON: send it as data');
  return attributes['data'] ?? null;
}

/** What says where the event came from, and every extension under its own name. */
function metadataOf(attributes: Attributes, stream: string | undefined): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!MAPPED.has(name)) metadata[name] = value;
  }
  const { subject } = attributes;
  const kept = stream ?? attributes['stream'];
  if (subject !== undefined && kept !== undefined && subject !== kept) metadata['subject'] = subject;
  if (attributes['stream'] !== undefined && stream !== undefined && attributes['stream'] !== stream)
    throw invalid(attributes, 'stream', 'is not the stream that the URL names');
  const contentType = attributes['datacontenttype'];
  if (contentType !== undefined && !isJsonType(contentType as string))
    metadata['datacontenttype'] = contentType;
  return metadata;
}

/** The extension `schemaversion`, or else the last step of `dataschema` where that is like `v2`. */
function schemaVersionOf(attributes: Attributes): number | undefined {
  const stated = attributes['schemaversion'];
  if (stated !== undefined) {
    const version = typeof stated === 'string' && /^\d{1,9}$/.test(stated) ? Number(stated) : stated;
    if (!Number.isSafeInteger(version) || (version as number) < 1)
      throw invalid(attributes, 'schemaversion', 'must be a whole number from 1');
    return version as number;
  }
  const inSchema = /[/#:]v(\d{1,9})$/.exec((attributes['dataschema'] as string | undefined) ?? '')?.[1];
  return inSchema === undefined || Number(inSchema) < 1 ? undefined : Number(inSchema);
}

export function isJsonType(type: string): boolean {
  return /^\s*(application|text)\/([^;\s]+\+)?json\s*(;|$)/i.test(type);
}

const EXAMPLE =
  'Write {"specversion": "1.0", "id": "…", "source": "…", "type": "…", "subject": "…", "data": { … }}.';

function invalid(attributes: Attributes, field: string, what: string): ProjectionistError {
  const { type, id } = attributes;
  const name = typeof type === 'string' ? type : 'A CloudEvent';
  return new ProjectionistError('EVENT_INVALID', `${name}: ${field} ${what}`, {
    hint: EXAMPLE,
    evidence: {
      field,
      eventType: typeof type === 'string' ? type : undefined,
      eventId: typeof id === 'string' ? id : undefined,
    },
  });
}
