import type { JsonSchema } from '../json-schema.ts';

/** What a schema lets stand in one place: each alternative is of one kind, or says nothing of its kind. */
export interface Alternative {
  /** A type of JSON Schema; undefined for a schema that takes any. */
  readonly kind: string | undefined;
  readonly schema: JsonSchema;
}

/** The alternatives of a schema: behind references, unions, intersections and lists of types. */
export function alternativesOf(schema: JsonSchema, root: JsonSchema): Alternative[] {
  return withOneEnum(spread(schema, root, []).map((single) => ({ kind: kindOf(single), schema: single })));
}

/** A schema behind `#/$defs/…`; undefined where it points nowhere. */
function targetOf({ $ref }: JsonSchema, root: JsonSchema): JsonSchema | undefined {
  let here: unknown = root;
  for (const part of ($ref ?? '').replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    here = (here as Record<string, unknown> | undefined)?.[name];
  }
  return here as JsonSchema | undefined;
}

function spread(schema: JsonSchema, root: JsonSchema, seen: readonly JsonSchema[]): JsonSchema[] {
  // A schema that is made of itself, without a step in between, says nothing.
  if (seen.includes(schema)) return [{}];
  const inner = [...seen, schema];
  const { $ref, anyOf, oneOf, allOf, ...own } = schema;
  if ($ref !== undefined) return spread(intersection(targetOf(schema, root) ?? {}, own), root, inner);
  const union = anyOf ?? oneOf;
  if (union !== undefined) {
    const rest = anyOf !== undefined && oneOf !== undefined ? { ...own, oneOf } : own;
    const common = allOf === undefined ? rest : { ...rest, allOf };
    return union.flatMap((part) =>
      spread(part, root, inner).flatMap((single) => spread(intersection(common, single), root, inner)),
    );
  }
  if (allOf !== undefined) {
    const products = allOf.reduce<JsonSchema[]>(
      (sofar, part) =>
        sofar.flatMap((left) => spread(part, root, inner).map((right) => intersection(left, right))),
      [own],
    );
    return products;
  }
  const { type } = schema;
  return Array.isArray(type) ? type.map((name: string) => ({ ...schema, type: name })) : [schema];
}

/** What fits both. */
function intersection(left: JsonSchema, right: JsonSchema): JsonSchema {
  const required = new Set([...(left.required ?? []), ...(right.required ?? [])]);
  const properties = { ...left.properties };
  for (const [name, schema] of Object.entries(right.properties ?? {})) {
    const other = properties[name];
    properties[name] = other === undefined ? schema : { allOf: [other, schema] };
  }
  return {
    ...left,
    ...right,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.size > 0 && { required: [...required] }),
  };
}

function kindOf(schema: JsonSchema): string | undefined {
  if (typeof schema.type === 'string') return schema.type;
  const [value] = valuesOf(schema) ?? [];
  if (value !== undefined) return kindOfValue(value);
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  return schema.items !== undefined || schema.prefixItems !== undefined ? 'array' : undefined;
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** The listed values of an enum or a const; undefined where a schema lists none. */
export function valuesOf(schema: JsonSchema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : schema.enum;
}

/** A union of literals is an enum. */
function withOneEnum(alternatives: readonly Alternative[]): Alternative[] {
  const isListed = ({ schema }: Alternative): boolean => valuesOf(schema) !== undefined;
  const listed = Map.groupBy(alternatives.filter(isListed), ({ kind }) => kind);
  return [
    ...alternatives.filter((alternative) => !isListed(alternative)),
    ...[...listed].map(([kind, members]) => {
      const values = members.flatMap(({ schema }) => valuesOf(schema) ?? []);
      return { kind, schema: { type: kind as string, enum: values } };
    }),
  ];
}

/** An alternative in words: `a string`, `"card", "cash"`. */
export function described({ kind, schema }: Alternative): string {
  const values = valuesOf(schema);
  if (kind === 'null') return 'null';
  if (values !== undefined) return listed(values);
  if (kind === undefined) return 'any value';
  return kind === 'integer' ? 'a whole number' : `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** Values as JSON, for a sentence. */
export function listed(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ');
}
