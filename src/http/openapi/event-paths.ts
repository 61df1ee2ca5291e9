import { headerParameter, headers, jsonContent, pathParameter, problems, queryParameter } from './parts.ts';
import type { Schema } from './json-schema-of-column.ts';
import { schemaRef } from './schemas.ts';

const tags = ['Events'];
const whole = { type: 'integer', minimum: 0 };
const time = { type: 'string', format: 'date-time' };
const paging = [
  queryParameter('after', 'only events after this position', whole),
  queryParameter('limit', 'at most so many; 1000 is the most', whole),
  queryParameter('type', 'only events of these types, between commas'),
  queryParameter('before', 'only events before this position', whole),
  queryParameter('order', 'asc, or desc for the last one first', { enum: ['asc', 'desc'] }),
  queryParameter('correlation', 'only events whose metadata has this correlationId'),
  queryParameter('since', 'only events after all that happened before this time', time),
  queryParameter('until', 'no events after the last that happened at or before this time', time),
];
const listOfEvents = {
  description: 'Events in order of position; a stream of them for `Accept: text/event-stream`',
  content: {
    ...jsonContent({ type: 'array', items: schemaRef('RecordedEvent') }),
    'text/event-stream': { schema: { type: 'string' } },
  },
  headers: headers('Link'),
};
const body = {
  required: true,
  description: 'One event or several, appended all or none. CloudEvents in binary mode are read too.',
  content: {
    ...jsonContent({ anyOf: [schemaRef('NewEvent'), { type: 'array', items: schemaRef('NewEvent') }] }),
    'application/x-ndjson': { schema: { type: 'string', description: 'an event a line' } },
    'application/cloudevents+json': { schema: schemaRef('CloudEvent') },
    'application/cloudevents-batch+json': { schema: { type: 'array', items: schemaRef('CloudEvent') } },
  },
};
const appended = (description: string, ...more: string[]) => ({
  description,
  content: jsonContent(schemaRef('AppendResult')),
  headers: headers('Event-Position', 'Location', ...more),
});
const refusals = problems(400, 401, 403, 413, 415, 422, 503);

/** `/events` and `/streams/{stream}`. */
export const EVENT_PATHS: Readonly<Record<string, Schema>> = {
  '/events': {
    get: {
      tags,
      summary: 'Read the log',
      parameters: [...paging, queryParameter('stream', 'only events of this stream')],
      responses: { 200: listOfEvents, ...problems(400, 401, 403) },
    },
    post: {
      tags,
      summary: 'Append events to the streams that they name',
      requestBody: body,
      responses: {
        200: appended('All were there already'),
        201: appended('Appended, and on disk'),
        ...refusals,
      },
    },
  },
  '/events/{position}': {
    parameters: [pathParameter('position', 'place in the log')],
    get: {
      tags,
      summary: 'Read one event',
      responses: {
        200: { description: 'The event', content: jsonContent(schemaRef('RecordedEvent')) },
        ...problems(401, 403, 404),
      },
    },
  },
  '/streams/{stream}': {
    parameters: [pathParameter('stream', 'name of the stream, percent-encoded')],
    get: {
      tags,
      summary: 'Read a stream',
      parameters: [
        ...paging,
        headerParameter('If-None-Match', 'answers 304 while the stream has this version', '"3"'),
      ],
      responses: {
        200: { ...listOfEvents, headers: headers('ETag', 'Link') },
        304: { description: 'The stream has not grown' },
        ...problems(400, 401, 403, 404),
      },
    },
    post: {
      tags,
      summary: 'Append events to a stream',
      parameters: [
        headerParameter('If-Match', 'only if the stream has this version', '"3"'),
        headerParameter('If-None-Match', 'only if there is no such stream yet', '*'),
      ],
      requestBody: body,
      responses: {
        200: appended('All were there already', 'ETag'),
        201: appended('Appended, and on disk', 'ETag'),
        ...refusals,
        ...problems(412),
      },
    },
  },
};
