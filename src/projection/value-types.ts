import type { Column } from 'drizzle-orm';
import type { JsonSchema } from './json-schema.ts';
import type { ViewColumn } from './program.ts';
import { dataPath, type Reference } from './reference.ts';
import { isArraySchema, isObjectSchema, schemasAt } from './schema-path.ts';

/** What the value of a path may be, a list for each event type of the handler; an empty list where nobody knows. */
export type ValueTypes = (reference: Reference) => readonly (readonly ValueType[])[];
type ValueType = 'text' | 'digits' | 'number' | 'boolean' | 'object' | 'array' | 'null' | 'unknown';

export function valueTypes(schemas: readonly (JsonSchema | undefined)[]): ValueTypes {
  return (reference) => {
    if (reference.kind === 'envelope') return [envelopeTypes(reference.field)];
    const path = dataPath(reference);
    if (path === undefined) return [];
    return schemas.map((root) => (root === undefined ? [] : schemasAt(root, path).flatMap(typesOf)));
  };
}

/** Ids and streams are text, too, but they may well be digits. */
function envelopeTypes(field: Extract<Reference, { kind: 'envelope' }>['field']): ValueType[] {
  if (field === 'time' || field === 'type') return ['text'];
  return field === 'position' || field === 'version' ? ['number'] : [];
}

function typesOf(schema: JsonSchema): ValueType[] {
  if (isArraySchema(schema)) return ['array'];
  if (isObjectSchema(schema)) return ['object'];
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['unknown']);
  return types.map((type) =>
    type === 'string' ? (mayBeDigits(schema) ? 'digits' : 'text') : (JSON_TYPES[type] ?? 'unknown'),
  );
}

const JSON_TYPES: Readonly<Record<string, ValueType>> = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** A pattern without a format may ask for digits, and SQLite takes digits for a number. */
function mayBeDigits({ pattern, format, enum: values, const: constant }: JsonSchema): boolean {
  if (constant !== undefined) return isNumeric(constant);
  return values === undefined ? pattern !== undefined && format === undefined : values.some(isNumeric);
}

function isNumeric(value: unknown): boolean {
  return String(value).trim() !== '' && Number.isFinite(Number(value));
}

/** Why a column could keep no value that a path may have, and what to write instead with PATH for the path. */
export interface Misfit {
  readonly what: string;
  readonly hint: string;
}

export function unfitness(
  column: Column,
  sqlType: ViewColumn['sqlType'],
  types: ReturnType<ValueTypes>,
): Misfit | undefined {
  if (column.dataType === 'json' || sqlType === 'TEXT' || sqlType === 'ANY') return undefined;
  const isBytes = sqlType === 'BLOB' && column.dataType !== 'bigint';
  const unfit = (type: ValueType) =>
    type === 'text' ||
    type === 'object' ||
    type === 'array' ||
    (isBytes && type !== 'null' && type !== 'unknown');
  const type = firstOfOnly(types, unfit);
  return type === undefined ? undefined : { what: NOUNS[type], hint: hintFor(column, isBytes, type) };
}

const NOUNS: Readonly<Record<ValueType, string>> = {
  text: 'text',
  digits: 'text',
  number: 'a number',
  boolean: 'a boolean',
  object: 'an object',
  array: 'an array',
  null: 'null',
  unknown: 'unknown',
};

function hintFor(column: Column, isBytes: boolean, type: ValueType): string {
  if (isBytes) return 'JSON has no bytes: make the column text(), or let an fn() return bytes.';
  if (type !== 'text') return "Name the field that you need, or make the column text({ mode: 'json' }).";
  if (column.dataType !== 'date') return 'Make the column text(), or write sql`cast(PATH as integer)`.';
  return (column as { mode?: string }).mode === 'timestamp_ms'
    ? "Write sql`cast(round(unixepoch(PATH, 'subsec') * 1000) as integer)`, or make the column text()."
    : 'Write sql`unixepoch(PATH)`, or make the column text().';
}

/** What a path is that can never be true when it stands alone as a condition; undefined where it may be true. */
export function untruth(types: ReturnType<ValueTypes>): string | undefined {
  const type = firstOfOnly(types, (each) => each === 'text' || each === 'object' || each === 'array');
  return type && NOUNS[type];
}

/** What a path is that can never have items; undefined where it may have some. */
export function unlisted(types: ReturnType<ValueTypes>): string | undefined {
  const type = firstOfOnly(types, (each) => each !== 'object' && each !== 'array' && each !== 'unknown');
  return type && NOUNS[type];
}

/** The first type of an event type whose values, apart from null, are all of a kind. */
function firstOfOnly(
  types: ReturnType<ValueTypes>,
  isOfKind: (type: ValueType) => boolean,
): ValueType | undefined {
  const lists = types.map((list) => list.filter((type) => type !== 'null'));
  return lists.find((list) => list.length > 0 && list.every(isOfKind))?.[0];
}
