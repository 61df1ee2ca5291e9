import type { Schema } from './json-schema-of-column.ts';

const ERROR = {
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
};

const PARKED = {
  partition: { type: 'string', description: 'the stream, or the key of partitionBy' },
  position: { type: 'integer', description: 'of the event that could not be applied' },
  eventId: { type: ['string', 'null'] },
  stream: { type: ['string', 'null'] },
  type: { type: ['string', 'null'] },
  waiting: { type: 'integer', minimum: 1, description: 'that event and the later ones of the partition' },
  error: ERROR,
  statement: { type: ['string', 'null'], description: 'at which it failed' },
  parkedAt: { type: 'string', format: 'date-time' },
  attempts: { type: 'integer', minimum: 1 },
  triedAt: { type: 'string', format: 'date-time' },
};

export const DEAD_LETTER_SCHEMAS: Readonly<Record<string, Schema>> = {
  DeadLetters: {
    type: 'object',
    required: ['projection', 'generation', 'parked', 'decisions'],
    properties: {
      projection: { type: 'string' },
      generation: { type: ['integer', 'null'] },
      parked: {
        type: 'array',
        description: 'the first 1,000',
        items: {
          type: 'object',
          required: ['partition', 'position', 'waiting', 'error'],
          properties: PARKED,
        },
      },
      decisions: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            id: { type: 'integer' },
            kind: { enum: ['retry', 'discard'] },
            partition: { type: 'string' },
            position: { type: 'integer', description: 'where the projection stood' },
            eventPosition: { type: 'integer' },
            eventId: { type: 'string' },
            reason: { type: ['string', 'null'] },
            by: { type: ['string', 'null'] },
            at: { type: 'string', format: 'date-time' },
          },
        },
      },
    },
  },
  ParkedPartition: {
    type: 'object',
    required: ['partition', 'position', 'waiting', 'error', 'letters'],
    properties: {
      ...PARKED,
      letters: {
        type: 'array',
        description: 'the first 100',
        items: { $ref: '#/components/schemas/RecordedEvent' },
      },
    },
  },
  DecisionOutcome: {
    type: 'object',
    required: ['partition', 'applied', 'waiting', 'error'],
    properties: {
      partition: { type: 'string' },
      applied: { type: 'integer', description: 'letters that were applied' },
      waiting: { type: 'integer', description: 'letters that still wait' },
      error: { oneOf: [ERROR, { type: 'null' }] },
    },
  },
};
