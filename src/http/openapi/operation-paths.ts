import { DEAD_LETTER_PATHS } from './dead-letter-paths.ts';
import type { Schema } from './json-schema-of-column.ts';
import { jsonContent, pathParameter, problems } from './parts.ts';
import { schemaRef } from './schemas.ts';

const tags = ['Projections'];
const name = pathParameter('name', 'name of the projection');

function command(summary: string): Schema {
  return {
    parameters: [name],
    post: {
      tags,
      summary,
      responses: { 202: { description: 'Begun; its state shows the rest' }, ...problems(401, 403, 404, 409) },
    },
  };
}

function stateAfter(description: string): Schema {
  return {
    200: { description, content: jsonContent(schemaRef('Projection')) },
    ...problems(400, 401, 403, 404, 409),
  };
}

/** `/projections`, health and what there is. */
export const OPERATION_PATHS: Readonly<Record<string, Schema>> = {
  '/views': {
    get: {
      tags: ['Views'],
      summary: 'The views that can be queried, and their columns',
      responses: {
        200: { description: 'The views', content: jsonContent({ type: 'array', items: { type: 'object' } }) },
        ...problems(401, 403),
      },
    },
  },
  '/projections': {
    get: {
      tags,
      summary: 'The state of every projection',
      responses: {
        200: {
          description: 'The states',
          content: jsonContent({ type: 'array', items: schemaRef('Projection') }),
        },
        ...problems(401, 403),
      },
    },
  },
  '/projections/{name}': {
    parameters: [name],
    get: {
      tags,
      summary: 'The state of a projection',
      responses: {
        200: { description: 'The state', content: jsonContent(schemaRef('Projection')) },
        ...problems(401, 403, 404),
      },
    },
  },
  '/projections/{name}/program': {
    parameters: [name],
    get: {
      tags,
      summary: 'The compiled program: tables, triggers, and which event field feeds which column',
      responses: {
        200: { description: 'The program', content: jsonContent(schemaRef('Program')) },
        ...problems(401, 403, 404),
      },
    },
  },
  '/whoami': {
    get: {
      tags: ['Health'],
      summary: 'Whose token this is, and what it may',
      responses: {
        200: { description: 'The caller', content: jsonContent(schemaRef('Caller')) },
        ...problems(401),
      },
    },
  },
  '/projections/{name}/rollback': command('Go back to the generation before'),
  '/projections/{name}/reset': command('Build from the first event, and keep nothing of what was live'),
  '/projections/{name}/pause': {
    parameters: [name],
    post: {
      tags,
      summary: 'Stand still, also after a restart; what is there still answers',
      requestBody: {
        required: false,
        content: jsonContent({
          type: 'object',
          properties: { reason: { type: 'string', maxLength: 500 } },
          additionalProperties: false,
        }),
      },
      responses: stateAfter('It stands still'),
    },
  },
  '/projections/{name}/resume': {
    parameters: [name],
    post: {
      tags,
      summary: 'Go on after a pause, or try again what has stopped',
      responses: stateAfter('It goes on'),
    },
  },
  ...DEAD_LETTER_PATHS,
  '/healthz': {
    get: {
      tags: ['Health'],
      summary: 'The process answers',
      security: [],
      responses: { 200: { description: 'It does' } },
    },
  },
  '/metrics': {
    get: {
      tags: ['Health'],
      summary: "Metrics in Prometheus' text format",
      responses: {
        200: {
          description: 'Every metric of this process',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        ...problems(401, 403),
      },
    },
  },
  '/readyz': {
    get: {
      tags: ['Health'],
      summary: 'Every projection answers, and nothing keeps one from moving; paused ones may stand still',
      responses: {
        200: { description: 'So it is', content: jsonContent(schemaRef('Readiness')) },
        503: {
          description: 'Not so; the body says which, and why',
          content: jsonContent(schemaRef('Readiness')),
        },
      },
    },
  },
};
