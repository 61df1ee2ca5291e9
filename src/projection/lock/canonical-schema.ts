import type { JsonSchema } from '../json-schema.ts';

/** Keywords that say nothing about which values fit. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  'id',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
/** Keywords whose members are schemas under names of the user's own. */
const NAMED_SCHEMAS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
/** Keywords that list values in no order. */
const UNORDERED = new Set(['required', 'enum', 'type']);

type Members = Readonly<Record<string, unknown>>;

/** A JSON Schema as it is kept and compared: keys in order, and without what merely annotates. */
export function canonicalSchema(schema: JsonSchema): JsonSchema {
  return schemaIn(schema) as JsonSchema;
}

function schemaIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaIn);
  if (!isMembers(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => !ANNOTATIONS.has(key) && member !== undefined);
  return Object.fromEntries(inOrder(kept).map(([key, member]) => [key, memberIn(key, member)]));
}

function memberIn(key: string, member: unknown): unknown {
  if (UNORDERED.has(key)) return Array.isArray(member) ? member.toSorted(byText) : member;
  if (key === 'const') return member;
  if (!NAMED_SCHEMAS.has(key) || !isMembers(member)) return schemaIn(member);
  return Object.fromEntries(
    inOrder(Object.entries(member)).map(([name, schema]) => [name, schemaIn(schema)]),
  );
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inOrder(entries: readonly [string, unknown][]): [string, unknown][] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function byText(left: unknown, right: unknown): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
