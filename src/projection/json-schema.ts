import type { StandardSchemaV1 } from '@standard-schema/spec';

/** The little of JSON Schema (draft 2020-12) that tells which paths a value can have, and what stands there. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

interface JsonSchemaConverter {
  input(options: { target: string; libraryOptions?: Record<string, unknown> }): JsonSchema;
}

const CONVERTED = new WeakMap<StandardSchemaV1, JsonSchema | undefined>();

/**
 * The JSON Schema of what a Standard Schema takes in, for the libraries that can say it (Standard JSON Schema,
 * https://standardschema.dev/json-schema). Undefined for the others: then types alone guard the paths.
 */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema | undefined {
  if (!CONVERTED.has(schema)) CONVERTED.set(schema, convert(schema));
  return CONVERTED.get(schema);
}

function convert(schema: StandardSchemaV1): JsonSchema | undefined {
  const converter = (schema['~standard'] as { jsonSchema?: JsonSchemaConverter }).jsonSchema;
  try {
    return converter?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } });
  } catch {
    // A schema that has no JSON Schema (a transform, a custom type) says nothing about its paths; that is no error.
    return undefined;
  }
}

/** The schemas that a schema is one of, or made of: behind references, unions and intersections. */
export function alternatives(
  schema: JsonSchema,
  root: JsonSchema,
  seen: readonly JsonSchema[] = [],
): JsonSchema[] {
  // A schema that is made of itself, without a step in between, says nothing.
  if (seen.includes(schema)) return [{}];
  const target = schema.$ref === undefined ? undefined : resolve(root, schema.$ref);
  const parts = [
    ...(target === undefined ? [] : [target]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ];
  if (parts.length === 0) return [schema];
  const own = schema.properties === undefined ? [] : [schema];
  return [...own, ...parts.flatMap((part) => alternatives(part, root, [...seen, schema]))];
}

function resolve(root: JsonSchema, ref: string): JsonSchema | undefined {
  let here: unknown = root;
  for (const part of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    here = (here as Record<string, unknown> | undefined)?.[name];
  }
  return here as JsonSchema | undefined;
}
