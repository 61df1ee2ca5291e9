import type { Schema } from './json-schema-of-column.ts';
import { jsonContent, pathParameter, problems } from './parts.ts';
import { schemaRef } from './schemas.ts';

const tags = ['Dead letters'];
const name = pathParameter('name', 'name of the projection');
const partition = pathParameter('partition', "the parked stream, or the projection's partition key");

/** `/projections/{name}/dead-letters`. */
export const DEAD_LETTER_PATHS: Readonly<Record<string, Schema>> = {
  '/projections/{name}/dead-letters': {
    parameters: [name],
    get: {
      tags,
      summary: 'What could not be applied, and what was decided about it',
      responses: {
        200: { description: 'The parked partitions', content: jsonContent(schemaRef('DeadLetters')) },
        ...problems(401, 403, 404),
      },
    },
  },
  '/projections/{name}/dead-letters/{partition}': {
    parameters: [name, partition],
    get: {
      tags,
      summary: 'A parked partition: the error, the statement, and its first hundred letters',
      responses: {
        200: { description: 'The partition', content: jsonContent(schemaRef('ParkedPartition')) },
        ...problems(401, 403, 404),
      },
    },
  },
  '/projections/{name}/dead-letters/{partition}/retry': {
    parameters: [name, partition],
    post: {
      tags,
      summary: 'Apply the letters in order, up to the first that fails again',
      responses: decided(),
    },
  },
  '/projections/{name}/dead-letters/{partition}/discard': {
    parameters: [name, partition],
    post: {
      tags,
      summary: 'Leave the failing event out, and apply those behind it',
      requestBody: {
        required: true,
        content: jsonContent({
          type: 'object',
          required: ['reason'],
          properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
          additionalProperties: false,
        }),
      },
      responses: decided(),
    },
  },
};

function decided(): Schema {
  return {
    200: { description: 'What it came to', content: jsonContent(schemaRef('DecisionOutcome')) },
    ...problems(400, 401, 403, 404, 409, 422, 503),
  };
}
