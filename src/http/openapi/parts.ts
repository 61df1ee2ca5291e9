import { schemaRef } from './schemas.ts';
import type { Schema } from './json-schema-of-column.ts';

const REASONS: Readonly<Record<number, string>> = {
  300: 'Several relations fit',
  400: 'The request cannot be read',
  401: 'A token is needed',
  403: 'The token may not do this',
  404: 'There is no such thing',
  405: 'Not with this method',
  406: 'Not in this form',
  409: 'Not in this state',
  412: 'The stream has another version; `details.actual` says which',
  413: 'The body is too large',
  414: 'The URL is too long',
  415: 'Not from this media type',
  416: 'The range is not there',
  422: 'An event is invalid; `details` names its index or line, and the field',
  503: 'Not yet; ask again after Retry-After',
};

/** The problem responses of an operation, by status. */
export function problems(...statuses: readonly number[]): Record<string, Schema> {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: REASONS[status],
        content: { 'application/problem+json': { schema: schemaRef('Problem') } },
        ...(status === 503 && { headers: headers('Retry-After') }),
      },
    ]),
  );
}

/** The descriptions of headers, by name. */
export const HEADERS: Readonly<Record<string, Schema>> = {
  'Projection-Position': header('the position of the log that the answer shows', 'integer'),
  'Projection-Lag': header('events between it and the end of the log', 'integer'),
  'Projection-Generation': header('which copy of the view answered'),
  'Projection-Parked': header('`true` where events that belong to the answer wait as dead letters'),
  'Preference-Applied': header('preferences that were followed (RFC 7240)'),
  'Content-Range': header('the rows of the answer, and how many there are in all'),
  'Memento-Datetime': header('the time that the answer is of (RFC 7089)'),
  'Event-Position': header('the position of the last event', 'integer'),
  'Retry-After': header('seconds until it is worth asking again', 'integer'),
  ETag: header('of this very answer; or the version of a stream'),
  Link: header('rel="next" where there may be more (RFC 8288)'),
  Location: header('where the last event stands'),
};

export function headers(...names: readonly string[]): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function header(description: string, type = 'string'): Schema {
  return { description, schema: { type } };
}

export function queryParameter(
  name: string,
  description: string,
  schema: Schema = { type: 'string' },
): Schema {
  return { name, in: 'query', description, schema };
}

export function headerParameter(name: string, description: string, example?: string): Schema {
  return {
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
    ...(example !== undefined && { example }),
  };
}

export function pathParameter(name: string, description: string): Schema {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } };
}

export function jsonContent(schema: Schema): Schema {
  return { 'application/json': { schema } };
}
