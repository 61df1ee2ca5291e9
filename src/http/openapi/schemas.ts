import type { StandardSchemaV1 } from '@standard-schema/spec';
import { currentSchemaVersion, type EventCatalogue } from '../../event-log/catalogue.ts';
import { jsonSchemaOf } from '../../projection/json-schema.ts';
import { DEAD_LETTER_SCHEMAS } from './dead-letter-schemas.ts';
import type { Schema } from './json-schema-of-column.ts';
import { STATUS_SCHEMAS } from './status-schemas.ts';
import { VERIFICATION_SCHEMAS } from './verification-schemas.ts';

/** A reference to a schema of the document. */
export function schemaRef(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A name as components may have it (OpenAPI 3.1, 4.8.7.1). */
export function componentName(prefix: string, name: string): string {
  return `${prefix}.${name.replaceAll(/[^\w.-]/g, (character) => `-${character.codePointAt(0)?.toString(16)}-`)}`;
}

/** The JSON Schema of a Standard Schema, its references made to hold inside the document. */
export function embedded(schema: StandardSchemaV1, name: string): Schema {
  const { $schema: _, ...own } = (jsonSchemaOf(schema) ?? {}) as Record<string, unknown>;
  return rebased(own, `#/components/schemas/${name}`) as Schema;
}

function rebased(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((part) => rebased(part, base));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) =>
    key === '$ref' && typeof part === 'string' && part.startsWith('#')
      ? [key, base + part.slice(1)]
      : [key, rebased(part, base)],
  );
  return Object.fromEntries(entries) as unknown;
}

/** The data of each event type, and an event that may be any of them. */
export function eventSchemas({ events }: EventCatalogue): Record<string, Schema> {
  const schemas: Record<string, Schema> = {};
  const types = Object.entries(events).map(([type, definition]) => {
    const name = componentName('data', type);
    schemas[name] = embedded(definition.schema, name);
    return {
      properties: {
        type: { const: type },
        data: schemaRef(name),
        schemaVersion: { type: 'integer', default: currentSchemaVersion(definition) },
      },
    };
  });
  schemas['NewEvent'] = {
    type: 'object',
    description: 'An event as it is sent. The schema of `data` depends on `type`.',
    required: ['stream', 'type', 'data'],
    properties: ENVELOPE,
    additionalProperties: false,
    ...(types.length > 0 && { anyOf: types }),
  };
  return schemas;
}

const ENVELOPE = {
  id: { type: 'string', maxLength: 512, description: 'told apart by it; made where it is missing' },
  stream: { type: 'string', maxLength: 512 },
  type: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  data: {},
  metadata: { type: 'object' },
  schemaVersion: { type: 'integer', minimum: 1 },
};

/** What is the same in every document. */
export const FIXED_SCHEMAS: Readonly<Record<string, Schema>> = {
  RecordedEvent: {
    type: 'object',
    required: ['position', 'id', 'stream', 'version', 'type', 'schemaVersion', 'time', 'data', 'metadata'],
    properties: {
      ...ENVELOPE,
      position: { type: 'integer', minimum: 1, description: 'place in the log' },
      version: { type: 'integer', minimum: 1, description: 'place in the stream' },
      metadata: { type: ['object', 'null'] },
    },
  },
  CloudEvent: {
    type: 'object',
    description: 'CloudEvents 1.0. `subject`, or the extension `stream`, names the stream.',
    required: ['specversion', 'id', 'source', 'type'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string' },
      source: { type: 'string' },
      type: { type: 'string' },
      subject: { type: 'string' },
      time: { type: 'string', format: 'date-time' },
      dataschema: { type: 'string' },
      schemaversion: { type: ['integer', 'string'] },
      data: {},
    },
  },
  AppendResult: {
    type: 'object',
    required: ['position', 'appended', 'duplicates'],
    properties: {
      position: { type: 'integer', description: 'wait for it with Prefer: min-position' },
      appended: { type: 'integer' },
      duplicates: { type: 'integer', description: 'events whose ids the log had' },
      events: {
        type: 'array',
        description: 'where there are no more than 1000',
        items: {
          type: 'object',
          properties: {
            id: { type: 'string' },
            stream: { type: 'string' },
            position: { type: 'integer' },
            version: { type: 'integer' },
            isDuplicate: { type: 'boolean' },
          },
        },
      },
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457, with the members of a PostgREST error.',
    required: ['type', 'title', 'status', 'code', 'message'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string' },
      message: { type: 'string' },
      details: {},
      hint: { type: ['string', 'null'] },
      errors: {
        type: 'array',
        items: { type: 'object' },
        description: 'every bad event, where there are several',
      },
    },
  },
  Program: {
    type: 'object',
    properties: {
      projection: { type: 'string' },
      hash: { type: 'string' },
      tables: { type: 'array', items: { type: 'string' } },
      statements: { type: 'array', items: { type: 'string' } },
      lineage: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            view: { type: 'string' },
            column: { type: 'string' },
            from: {
              type: 'array',
              items: { type: 'string' },
              description: 'such as `order.placed: data.total`',
            },
          },
        },
      },
    },
  },
  Caller: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      scopes: { type: 'array', items: { enum: ['read', 'append', 'operate'] } },
    },
  },
  ...STATUS_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  ...VERIFICATION_SCHEMAS,
};
