import type { StandardSchemaV1 } from '@standard-schema/spec';

/** The little of JSON Schema (draft 2020-12) that tells which paths a value can have. */
interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
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

/** In place of a name: any item of an array, or any value of an object. */
export const ANY_ITEM = Symbol('any item');
export type PathStep = string | typeof ANY_ITEM;

/**
 * The JSON Schema of what a Standard Schema takes in, for the libraries that can say it (Standard JSON Schema,
 * https://standardschema.dev/json-schema). Undefined for the others: then types alone guard the paths.
 */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema | undefined {
  const converter = (schema['~standard'] as { jsonSchema?: JsonSchemaConverter }).jsonSchema;
  try {
    return converter?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } });
  } catch {
    // A schema that has no JSON Schema (a transform, a custom type) says nothing about its paths; that is no error.
    return undefined;
  }
}

/** Where a path leaves the schema: the part that it lacks, and what stands there instead. */
export interface MissingStep {
  readonly name: string;
  readonly known: readonly string[];
}

/** Undefined when the schema has, or may have, the path. */
export function missingStep(root: JsonSchema, path: readonly PathStep[]): MissingStep | undefined {
  let here = alternatives(root, root);
  for (const step of path) {
    const next = here.map((schema) => follow(schema, step));
    if (next.includes('open')) return undefined;
    const found = next.filter((schema) => typeof schema === 'object');
    if (found.length === 0) {
      if (step === ANY_ITEM) return undefined;
      return {
        name: step,
        known: [...new Set(here.flatMap((schema) => Object.keys(schema.properties ?? {})))],
      };
    }
    here = found.flatMap((schema) => alternatives(schema, root));
  }
  return undefined;
}

function alternatives(schema: JsonSchema, root: JsonSchema, depth = 0): JsonSchema[] {
  // A schema that refers to itself without a step in between says nothing; 32 is deeper than people nest.
  if (depth > 32) return [{}];
  const target = schema.$ref === undefined ? undefined : resolve(root, schema.$ref);
  const parts = [
    ...(target === undefined ? [] : [target]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ];
  if (parts.length === 0) return [schema];
  const own = schema.properties === undefined ? [] : [schema];
  return [...own, ...parts.flatMap((part) => alternatives(part, root, depth + 1))];
}

function resolve(root: JsonSchema, ref: string): JsonSchema | undefined {
  let here: unknown = root;
  for (const part of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    here = (here as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return here as JsonSchema | undefined;
}

function follow(schema: JsonSchema, step: PathStep): JsonSchema | 'open' | undefined {
  const isArray = schema.items !== undefined || schema.prefixItems !== undefined || schema.type === 'array';
  const isObject =
    schema.properties !== undefined || schema.additionalProperties !== undefined || schema.type === 'object';
  if (!isArray && !isObject) return schema.type === undefined ? 'open' : undefined;
  if (isArray) return step === ANY_ITEM || /^\d+$/.test(step) ? opened(schema.items) : undefined;
  if (step === ANY_ITEM) return opened(schema.additionalProperties);
  const property = Object.hasOwn(schema.properties ?? {}, step) ? schema.properties?.[step] : undefined;
  if (property !== undefined) return property;
  if (schema.additionalProperties === false) return undefined;
  if (typeof schema.additionalProperties === 'object') return opened(schema.additionalProperties);
  // An object that names its fields and says nothing of others: what it does not name is taken for a slip.
  return schema.properties === undefined || Object.keys(schema.properties).length === 0 ? 'open' : undefined;
}

function opened(schema: JsonSchema | boolean | undefined): JsonSchema | 'open' {
  return typeof schema === 'object' && Object.keys(schema).length > 0 ? schema : 'open';
}
