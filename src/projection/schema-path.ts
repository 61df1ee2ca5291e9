import { alternatives, type JsonSchema } from './json-schema.ts';

/** In place of a name: any item of an array, or any value of an object. */
export const ANY_ITEM = Symbol('any item');
export type PathStep = string | typeof ANY_ITEM;

/** Where a path leaves the schema: the part that it lacks, and what stands there instead. */
export interface MissingStep {
  readonly name: string;
  readonly known: readonly string[];
  /** True where an array stands there. */
  readonly isArray: boolean;
}

type Destination =
  /** What the value there may be; empty where the schema does not say. */
  { readonly schemas: readonly JsonSchema[] } | { readonly missing: MissingStep };

/** Undefined when the schema has, or may have, the path. */
export function missingStep(root: JsonSchema, path: readonly PathStep[]): MissingStep | undefined {
  const destination = follow(root, path);
  return 'missing' in destination ? destination.missing : undefined;
}

/** What the value at a path may be; empty where the schema does not say. */
export function schemasAt(root: JsonSchema, path: readonly PathStep[]): readonly JsonSchema[] {
  const destination = follow(root, path);
  return 'schemas' in destination ? destination.schemas : [];
}

export function isArraySchema(schema: JsonSchema): boolean {
  return schema.items !== undefined || schema.prefixItems !== undefined || hasType(schema, 'array');
}

export function isObjectSchema(schema: JsonSchema): boolean {
  return (
    schema.properties !== undefined || schema.additionalProperties !== undefined || hasType(schema, 'object')
  );
}

function hasType({ type }: JsonSchema, name: string): boolean {
  return typeof type === 'string' ? type === name : (type?.includes(name) ?? false);
}

function follow(root: JsonSchema, path: readonly PathStep[]): Destination {
  let here = alternatives(root, root);
  for (const step of path) {
    const next = here.flatMap((schema) => nextOf(schema, step));
    if (next.includes('open')) return { schemas: [] };
    if (next.length === 0) return step === ANY_ITEM ? { schemas: [] } : { missing: missing(here, step) };
    here = (next as JsonSchema[]).flatMap((schema) => alternatives(schema, root));
  }
  return { schemas: here };
}

function missing(here: readonly JsonSchema[], name: string): MissingStep {
  const known = new Set(here.flatMap((schema) => Object.keys(schema.properties ?? {})));
  return { name, known: [...known], isArray: here.some(isArraySchema) };
}

/** What one schema has at a step; 'open' where it may have anything there, nothing where it lacks the step. */
function nextOf(schema: JsonSchema, step: PathStep): (JsonSchema | 'open')[] {
  const isArray = isArraySchema(schema);
  const isObject = isObjectSchema(schema);
  if (!isArray && !isObject) return saysNothing(schema) ? ['open'] : [];
  return [...(isArray ? itemOf(schema, step) : []), ...(isObject ? propertyOf(schema, step) : [])];
}

/** `{}`, or one that only annotates or constrains; not one that is a scalar, or false. */
export function saysNothing(schema: JsonSchema): boolean {
  return (
    schema.type === undefined && schema.enum === undefined && schema.const === undefined && !('not' in schema)
  );
}

function itemOf(schema: JsonSchema, step: PathStep): (JsonSchema | 'open')[] {
  const positions = schema.prefixItems ?? [];
  const rest = schema.items === false ? [] : [opened(schema.items)];
  if (step === ANY_ITEM)
    return [...positions, ...(positions.length > 0 && schema.items === undefined ? [] : rest)];
  if (!/^\d+$/.test(step)) return [];
  const position = positions[Number(step)];
  return position === undefined ? rest : [position];
}

function propertyOf(schema: JsonSchema, step: PathStep): (JsonSchema | 'open')[] {
  const { properties = {}, additionalProperties } = schema;
  if (step === ANY_ITEM) {
    const others = typeof additionalProperties === 'object' ? [opened(additionalProperties)] : [];
    const all = [...Object.values(properties), ...others];
    return all.length === 0 || additionalProperties === true ? ['open'] : all;
  }
  const property = Object.hasOwn(properties, step) ? properties[step] : undefined;
  if (property !== undefined) return [property];
  if (additionalProperties === undefined) {
    // An object that names its fields and says nothing of others: what it does not name is taken for a slip.
    return Object.keys(properties).length === 0 ? ['open'] : [];
  }
  return additionalProperties === false ? [] : [opened(additionalProperties)];
}

function opened(schema: JsonSchema | boolean | undefined): JsonSchema | 'open' {
  return typeof schema === 'object' && Object.keys(schema).length > 0 ? schema : 'open';
}
