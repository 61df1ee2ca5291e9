import { STATES } from '../../engine/states/states.ts';
import type { Schema } from './json-schema-of-column.ts';

const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const time = (description: string): Schema => ({
  type: ['string', 'null'],
  format: 'date-time',
  description,
});
const name = { type: 'string' };
const state = {
  enum: Object.keys(STATES),
  description: Object.entries(STATES)
    .map(([key, meaning]) => `${key}: ${meaning}.`)
    .join(' '),
};
const lag = count('events that are not applied yet');
const lagSeconds = {
  type: 'number',
  minimum: 0,
  description: 'since the oldest event that is not applied was seen in the log; 0 where there is none',
};

const error = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    hint: { type: 'string' },
    evidence: { type: 'object' },
  },
};
const errorOrNull = (description: string): Schema => ({ ...error, type: ['object', 'null'], description });

/** The state of a projection, and whether all of them can be relied on. */
export const STATUS_SCHEMAS: Readonly<Record<string, Schema>> = {
  Projection: {
    type: 'object',
    required: ['name', 'state', 'views', 'generation', 'position', 'head', 'lag', 'lagSeconds', 'parked'],
    properties: {
      name,
      state,
      views: { type: 'array', items: { type: 'string' } },
      generation: { type: ['integer', 'null'], description: 'the one that answers queries' },
      programHash: { type: ['string', 'null'] },
      position: count('the last event that is applied'),
      head: count('the last event of the log'),
      lag,
      lagSeconds,
      parked: count('streams that are left out'),
      movedAt: time('when the position last moved, since the start'),
      paused: {
        type: ['object', 'null'],
        properties: {
          since: { type: 'string', format: 'date-time' },
          by: { type: ['string', 'null'] },
          reason: { type: ['string', 'null'] },
        },
      },
      retry: {
        type: ['object', 'null'],
        description: 'what is in the way and may pass',
        properties: { attempt: count('failed so often'), nextAt: time('next try'), error },
      },
      error: errorOrNull('what is wrong now'),
      lastError: {
        ...errorOrNull('the last error since the start, also one that has passed'),
        properties: { ...error.properties, at: time('when it was seen') },
      },
      build: {
        type: ['object', 'null'],
        description: 'the generation that is being built',
        properties: {
          generation: { type: 'integer' },
          position: count('applied so far'),
          rate: { type: 'number', description: 'positions a second' },
          secondsLeft: { type: ['number', 'null'] },
          error: errorOrNull('what is in its way'),
        },
      },
      isRolledBack: { type: 'boolean' },
    },
  },
  Readiness: {
    type: 'object',
    required: ['status', 'head', 'projections'],
    properties: {
      status: { enum: ['ready', 'not ready'] },
      head: count('the last event of the log'),
      projections: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name,
            state,
            lag,
            lagSeconds,
            isReady: { type: 'boolean' },
            reason: { type: ['string', 'null'] },
          },
        },
      },
    },
  },
};
