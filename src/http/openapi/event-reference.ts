import type { Schema } from './json-schema-of-column.ts';

/** What tells which event is spoken of. */
export const EVENT_REFERENCE: Readonly<Record<string, Schema>> = {
  position: { type: 'integer', minimum: 1 },
  eventId: { type: 'string' },
  stream: { type: 'string' },
  type: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
};
