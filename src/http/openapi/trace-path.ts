import { EVENT_REFERENCE } from './event-reference.ts';
import type { Schema } from './json-schema-of-column.ts';
import { jsonContent, pathParameter, problems } from './parts.ts';

const row: Schema = {
  type: ['object', 'null'],
  description: 'the row, as the view shows it; null where it was not there',
};

/** The history of a row. */
export const TRACE_PATHS: Readonly<Record<string, Schema>> = {
  '/views/{view}/trace': {
    parameters: [
      pathParameter('view', 'name of the view'),
      {
        name: 'key',
        in: 'query',
        required: true,
        description: "the row's key: once for each column of the primary key, in its order",
        schema: { type: 'array', items: { type: 'string' }, minItems: 1 },
        style: 'form',
        explode: true,
      },
    ],
    get: {
      tags: ['Views'],
      summary: 'Event by event, what changed in a row',
      responses: {
        200: {
          description: 'The changes, in the order in which they were made',
          content: jsonContent({
            type: 'object',
            required: ['view', 'key', 'position', 'entries'],
            properties: {
              view: { type: 'string' },
              key: { type: 'array', items: { type: 'string' } },
              position: { type: 'integer', description: 'the row was traced up to here' },
              entries: {
                type: 'array',
                items: {
                  type: 'object',
                  required: [...Object.keys(EVENT_REFERENCE), 'change', 'before', 'after'],
                  properties: {
                    ...EVENT_REFERENCE,
                    change: { enum: ['insert', 'update', 'delete'] },
                    before: row,
                    after: row,
                  },
                },
              },
            },
          }),
        },
        ...problems(400, 401, 403, 404, 503),
      },
    },
  },
};
