import { textLiteral } from './literal.ts';
import type { JsonSchema } from './json-schema.ts';
import type { FeedColumn } from './program.ts';
import { dataPath, type ItemScope, type Reference, type ReferenceForm } from './reference.ts';
import type { ReferenceWriter } from './render-sql.ts';
import { isArraySchema, isObjectSchema, saysNothing, schemasAt } from './schema-path.ts';

/**
 * A column that a block is fed with: one of the event's; what belongs to an enclosing `forEach`: an item as a SQL value
 * (JSONB where it is an object or an array), the same as JSON text, and its index or key; or a value that was taken out
 * of any of those outside.
 */
export type BlockColumn = FeedColumn | `${ItemPart | 'value'}${number}`;
type ItemPart = 'item' | 'json' | 'index';

/** A value that a nested block gets from outside, in place of the whole event from which it comes. */
export interface HoistedValue {
  readonly column: BlockColumn;
  readonly reference: PathReference;
  readonly form: ReferenceForm;
}

/** What is being rendered: a trigger's body, and the columns that it turns out to need. */
export interface Block {
  readonly eventType: string;
  /** What is known of the event's data. */
  readonly schema: JsonSchema | undefined;
  readonly columns: Set<BlockColumn>;
  /** The `forEach` whose item this block is for; undefined for a `when` and for an event type's own block. */
  readonly scope?: ItemScope | undefined;
  /** By what they are: the values that are hoisted out of this block. Undefined for an event type's own block. */
  readonly hoisted?: Map<string, HoistedValue>;
}

type PathReference = Extract<Reference, { readonly path: readonly string[] }>;

/** Writes references as columns of NEW; those to the items of `flat`, as columns of `each`. */
export function referenceWriter(block: Block, flat?: ItemScope): ReferenceWriter {
  const rootOf = (reference: Exclude<Reference, { kind: 'envelope' }>, part: ItemPart): string => {
    const column = columnOf(reference, part);
    if (isItem(reference) && reference.scope === flat) return eachColumn(column);
    block.columns.add(column);
    return `NEW.${column}`;
  };
  return (reference, form) => {
    if (reference.kind === 'envelope') return envelopeField(reference.field, form, block);
    const hoisted =
      flat !== undefined && usesScope(reference, flat) ? undefined : hoistedColumn(reference, form, block);
    if (hoisted !== undefined) return `NEW.${hoisted}`;
    if (reference.kind === 'index') return asForm(rootOf(reference, 'index'), form);
    if (reference.kind === 'item' && reference.path.length === 0) {
      const root = rootOf(reference, form === 'json' ? 'json' : 'item');
      return form === 'json' ? root : `CASE typeof(${root}) WHEN 'blob' THEN json(${root}) ELSE ${root} END`;
    }
    const root = rootOf(reference, 'item');
    const extracted = oneOf(jsonPaths(reference, block).map((path) => extraction(root, path, form)));
    return isSurelyComposite(reference, block) ? extracted : guarded(root, extracted);
  };
}

/**
 * Copying a whole event into each row of a nested block would make a `forEach` quadratic in the size of its array, so
 * what a block needs of it is taken out once, outside, and handed in as a column.
 */
function hoistedColumn(reference: Reference, form: ReferenceForm, block: Block): BlockColumn | undefined {
  const { hoisted, scope } = block;
  if (hoisted === undefined || !('path' in reference)) return undefined;
  const isOwnItem = reference.kind === 'item' && reference.scope === scope;
  if (isOwnItem || (reference.kind === 'item' && reference.path.length === 0)) return undefined;
  const depth = reference.kind === 'item' ? reference.scope.depth : 0;
  const key = JSON.stringify([reference.kind, depth, reference.path, form]);
  const known = hoisted.get(key) ?? { column: `value${hoisted.size + 1}` as const, reference, form };
  hoisted.set(key, known);
  block.columns.add(known.column);
  return known.column;
}

/** The table-valued function that yields the items at a path (https://sqlite.org/json1.html#jeach). */
export function eachOf(reference: PathReference, block: Block): string {
  const hoisted = hoistedColumn(reference, 'jsonb', block);
  if (hoisted !== undefined) return `jsonb_each(${guarded(`NEW.${hoisted}`, `NEW.${hoisted}`)})`;
  const column = columnOf(reference, 'item');
  block.columns.add(column);
  const root = isSurelyComposite(reference, block)
    ? `NEW.${column}`
    : guarded(`NEW.${column}`, `NEW.${column}`);
  if (reference.path.length === 0) return `jsonb_each(${root})`;
  const paths = jsonPaths(reference, block).map((path) => textLiteral(path));
  if (paths.length === 1) return `jsonb_each(${root}, ${paths[0]})`;
  return `jsonb_each(${oneOf(paths.map((path) => `jsonb_extract(${root}, ${path})`))})`;
}

/** A block's column as it is read from `each`. */
export function eachColumn(column: BlockColumn): string {
  if (column.startsWith('index')) return 'each.key';
  if (column.startsWith('item')) return 'each.value';
  return (
    "CASE each.type WHEN 'null' THEN NULL WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' " +
    "WHEN 'object' THEN json(each.value) WHEN 'array' THEN json(each.value) ELSE json_quote(each.value) END"
  );
}

/** The columns that a `forEach` gives to its block. */
export function isOwnColumn(column: BlockColumn, scope: ItemScope): boolean {
  return [`item${scope.depth}`, `json${scope.depth}`, `index${scope.depth}`].includes(column);
}

export function usesScope(reference: Reference, scope: ItemScope): boolean {
  return isItem(reference) && reference.scope === scope;
}

function isItem(reference: Reference): reference is Extract<Reference, { readonly scope: ItemScope }> {
  return reference.kind === 'item' || reference.kind === 'index';
}

function columnOf(reference: Exclude<Reference, { kind: 'envelope' }>, part: ItemPart): BlockColumn {
  return isItem(reference) ? `${part}${reference.scope.depth}` : reference.kind;
}

function envelopeField(
  field: Extract<Reference, { kind: 'envelope' }>['field'],
  form: ReferenceForm,
  block: Block,
): string {
  if (field === 'type') return asForm(textLiteral(block.eventType), form);
  block.columns.add(field);
  return asForm(`NEW.${field}`, form);
}

function asForm(text: string, form: ReferenceForm): string {
  return form === 'json' ? `json_quote(${text})` : text;
}

function extraction(root: string, path: string, form: ReferenceForm): string {
  // JSON's null becomes SQL's: Drizzle stores a null in a JSON column as NULL, too.
  if (form === 'json') return `nullif(${root} -> ${textLiteral(path)}, 'null')`;
  return `${form === 'jsonb' ? 'jsonb_extract' : 'json_extract'}(${root}, ${textLiteral(path)})`;
}

/** An item that is no object or array has no fields, but json_extract would parse it as text. */
function guarded(root: string, text: string): string {
  return `CASE typeof(${root}) WHEN 'blob' THEN ${text} END`;
}

/** True where the root of a path is JSONB: the event's data, and an item of which the schema says so. */
function isSurelyComposite(reference: PathReference, block: Block): boolean {
  if (reference.kind !== 'item') return true;
  const schemas = schemasOf({ ...reference, path: [] }, block);
  return schemas.length > 0 && schemas.every((schema) => isObjectSchema(schema) || isArraySchema(schema));
}

function schemasOf(reference: PathReference, block: Block): readonly JsonSchema[] {
  const path = dataPath(reference);
  return path === undefined || block.schema === undefined ? [] : schemasAt(block.schema, path);
}

function oneOf(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] as string) : `coalesce(${texts.join(', ')})`;
}

/**
 * A path in SQLite's notation (https://sqlite.org/json1.html#path_arguments). There `[5]` is an item and `."5"` a
 * field, where JavaScript makes no difference; without a schema to tell, it may be either.
 */
function jsonPaths(reference: PathReference, block: Block): string[] {
  return reference.path.reduce<string[]>(
    (paths, step, index) => {
      const steps = isIndex(step) ? numericSteps(step, reference, index, block) : [fieldStep(step)];
      return steps.flatMap((next) => paths.map((path) => path + next));
    },
    ['$'],
  );
}

function numericSteps(step: string, reference: PathReference, index: number, block: Block): string[] {
  const schemas = schemasOf({ ...reference, path: reference.path.slice(0, index) }, block);
  const isUnknown = schemas.length === 0 || schemas.some(saysNothing);
  const asItem = isUnknown || schemas.some(isArraySchema);
  const asField = isUnknown || schemas.some(isObjectSchema);
  return [...(asItem || !asField ? [`[${step}]`] : []), ...(asField ? [fieldStep(step)] : [])];
}

/** The numbers that JavaScript takes for indexes: without leading zeros, and of 32 bits. */
function isIndex(step: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(step) && Number(step) < 2 ** 32 - 1;
}

function fieldStep(step: string): string {
  return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `.${JSON.stringify(step)}`;
}
