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

const EVENT: Schema = {
  type: ['object', 'null'],
  properties: {
    position: { type: 'integer', minimum: 1 },
    eventId: { type: 'string' },
    stream: { type: 'string' },
    type: { type: 'string' },
    time: { type: 'string', format: 'date-time' },
  },
};

const DIFFERENCE: Schema = {
  type: ['object', 'null'],
  description: 'the first row, by key, that differs; null where none does',
  required: ['view', 'key', 'kind', 'columns', 'cause', 'event', 'parting'],
  properties: {
    view: { type: 'string' },
    key: { type: ['object', 'null'], description: 'null where the view has no primary key' },
    kind: {
      enum: ['missing', 'extra', 'different'],
      description: 'missing: only the replay has it; extra: only the generation has it',
    },
    columns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['column', 'live', 'replayed'],
        properties: { column: { type: 'string' }, live: {}, replayed: {} },
      },
    },
    cause: {
      enum: ['edited', 'unexplained', 'behind', 'nondeterministic'],
      description:
        'edited: no event left the row like this, so something else wrote it; unexplained: either that, or a function or an upcaster answered differently when it was made; behind: it is as it was before the event; nondeterministic: two replays of the same events differ in it as well',
    },
    event: EVENT,
    parting: {
      ...EVENT,
      description:
        'the first event of which two replays make something else, in whatever row; null where they agree',
    },
  },
};

/** What a verification is. */
export const VERIFICATION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Verification: {
    type: 'object',
    required: ['projection', 'state', 'generation', 'startedAt', 'progress', 'outcome', 'error'],
    properties: {
      projection: { type: 'string' },
      state: { enum: ['never', 'running', 'done', 'failed'] },
      generation: { type: ['integer', 'null'] },
      startedAt: { type: ['string', 'null'], format: 'date-time' },
      progress: {
        type: ['object', 'null'],
        properties: {
          phase: { type: 'string' },
          done: { type: 'integer', description: 'positions' },
          total: { type: 'integer' },
        },
      },
      outcome: {
        type: ['object', 'null'],
        required: ['projection', 'generation', 'position', 'isSame', 'views', 'difference', 'seconds'],
        properties: {
          projection: { type: 'string' },
          generation: { type: 'integer' },
          position: { type: 'integer', description: 'both were compared as of here' },
          isSame: { type: 'boolean' },
          views: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                view: { type: 'string' },
                rows: { type: 'integer' },
                differing: { type: 'integer' },
              },
            },
          },
          difference: DIFFERENCE,
          seconds: { type: 'number' },
        },
      },
      error: {
        type: ['object', 'null'],
        description: 'why it could not be carried out',
        properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
      },
    },
  },
};
