import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { NewEvent } from '../event-log/event.ts';
import { fromCloudEvent } from './cloud-event.ts';
import { binaryCloudEvent, isBinaryMode } from './cloud-event-headers.ts';
import { eventLines } from './event-lines.ts';
import { jsonIn, mediaType, textBody, unsupported } from './request-body.ts';

/** The events of a request, not checked yet. */
export interface IncomingEvents {
  readonly events: NewEvent[];
  /** The line of each, where they came in lines. */
  readonly lines?: readonly number[];
  /** True where the request held one event, rather than a list of one. */
  readonly isSingle: boolean;
}

/** What `POST` takes, by media type. */
const READERS: Readonly<Record<string, (c: Context, stream: string | undefined) => Promise<IncomingEvents>>> =
  {
    'application/json': readJson,
    'application/x-ndjson': async (c, stream) => {
      const { events, lines } = eventLines(await textBody(c), (input) => plain(input, stream));
      return { events, lines, isSingle: false };
    },
    'application/cloudevents+json': async (c, stream) => ({
      events: [fromCloudEvent(jsonIn(await textBody(c)), stream)],
      isSingle: true,
    }),
    'application/cloudevents-batch+json': async (c, stream) => ({
      events: batch(jsonIn(await textBody(c)), (input) => fromCloudEvent(input, stream)),
      isSingle: false,
    }),
  };

/** The media types, for `Accept-Post`. */
export const ACCEPTED = Object.keys(READERS).join(', ');

/** Reads the events of a request; those of plain JSON may leave out the stream that the URL names. */
export async function incomingEvents(c: Context, stream?: string): Promise<IncomingEvents> {
  if (isBinaryMode(c) && !mediaType(c).startsWith('application/cloudevents'))
    return { events: [fromCloudEvent(await binaryCloudEvent(c), stream)], isSingle: true };
  const type = mediaType(c) || 'application/json';
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read !== undefined) return read(c, stream);
  c.header('Accept-Post', ACCEPTED);
  throw unsupported(`Events cannot be read from ${type}`, `Send one of ${ACCEPTED}.`);
}

async function readJson(c: Context, stream: string | undefined): Promise<IncomingEvents> {
  const body = jsonIn(await textBody(c));
  return Array.isArray(body)
    ? { events: batch(body, (input) => plain(input, stream)), isSingle: false }
    : { events: [plain(body, stream)], isSingle: true };
}

function batch(body: unknown, read: (input: unknown) => NewEvent): NewEvent[] {
  if (!Array.isArray(body))
    throw new ProjectionistError('EVENT_INVALID', 'A batch is a JSON array of CloudEvents', {
      hint: 'A single one is application/cloudevents+json.',
    });
  return body.map((input, index) => {
    try {
      return read(input);
    } catch (error) {
      if (!(error instanceof ProjectionistError)) throw error;
      const { code, message, hint, evidence } = error;
      throw new ProjectionistError(code, message, { hint, evidence: { ...evidence, index }, cause: error });
    }
  });
}

/** Anything else than an object is left for the log to refuse. */
function plain(input: unknown, stream: string | undefined): NewEvent {
  if (stream === undefined || typeof input !== 'object' || input === null || Array.isArray(input))
    return input as NewEvent;
  const event = input as NewEvent;
  if (event.stream === undefined || event.stream === stream) return { ...event, stream };
  throw new ProjectionistError('EVENT_INVALID', 'The event names another stream than the URL', {
    hint: 'Leave stream out, or send the event to POST /events.',
    evidence: { field: 'stream' },
  });
}
