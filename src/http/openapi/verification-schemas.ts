import type { Schema } from './json-schema-of-column.ts';
import { EVENT_REFERENCE } from './event-reference.ts';

const EVENT: Schema = { type: ['object', 'null'], properties: EVENT_REFERENCE };

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
