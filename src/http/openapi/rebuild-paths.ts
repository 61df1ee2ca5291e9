import type { Schema } from './json-schema-of-column.ts';
import { jsonContent, pathParameter, problems } from './parts.ts';
import { schemaRef } from './schemas.ts';

const tags = ['Projections'];
const name = pathParameter('name', 'name of the projection');

/** Rebuilding, and comparing with a second replay. */
export const REBUILD_PATHS: Readonly<Record<string, Schema>> = {
  '/projections/{name}/rebuild': {
    parameters: [name],
    post: {
      tags,
      summary: 'Build the next generation beside the live one',
      requestBody: {
        required: false,
        content: jsonContent({
          type: 'object',
          properties: {
            stream: {
              type: 'string',
              description:
                'derive again, in the live generation, what this stream contributed: at once, and only where every view is proved to be fed from one stream a row',
            },
            verify: {
              type: 'boolean',
              default: false,
              description:
                'compare it with a second replay first, and let it become live only if nothing differs',
            },
          },
          additionalProperties: false,
        }),
      },
      responses: {
        200: {
          description: 'What the stream contributed is derived again',
          content: jsonContent({
            type: 'object',
            required: ['stream', 'events'],
            properties: { stream: { type: 'string' }, events: { type: 'integer', minimum: 1 } },
          }),
        },
        202: { description: 'Begun; the state of the projection shows the rest' },
        ...problems(400, 401, 403, 404, 409),
      },
    },
  },
  '/projections/{name}/verify': {
    parameters: [name],
    post: {
      tags,
      summary: 'Compare the live generation with an independent replay',
      responses: {
        202: { description: 'Begun; Location names the verification' },
        ...problems(401, 403, 404, 503),
      },
    },
  },
  '/projections/{name}/verification': {
    parameters: [name],
    get: {
      tags,
      summary: 'The last verification since the start, or how far the present one is',
      responses: {
        200: { description: 'The verification', content: jsonContent(schemaRef('Verification')) },
        ...problems(401, 403, 404),
      },
    },
  },
};
