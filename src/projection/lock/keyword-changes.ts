import type { JsonSchema } from '../json-schema.ts';
import { listed, valuesOf } from './alternatives.ts';
import { type Limit, LIMITS, limitChange } from './limits.ts';
import type { SchemaChange } from './schema-changes.ts';

/** What became of the listed values of an enum or a const. */
export function valueChanges(
  before: JsonSchema,
  after: JsonSchema,
  kind: string | undefined,
  path: string,
): SchemaChange[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (now === undefined)
    return old === undefined || kind === 'null' ? [] : [{ path, what: `takes any ${kind} now` }];
  if (old === undefined)
    return kind === 'null'
      ? []
      : [{ path, what: `took any ${kind}, and takes only ${listed(now)} now`, remedy: 'convert' }];
  const [gone, added] = [without(old, now), without(now, old)];
  return [
    ...(gone.length === 0
      ? []
      : [{ path, what: `no longer takes ${listed(gone)}`, remedy: 'convert' as const }]),
    ...(added.length === 0 ? [] : [{ path, what: `takes ${listed(added)} too` }]),
  ];
}

function without(values: readonly unknown[], others: readonly unknown[]): unknown[] {
  const texts = new Set(others.map((value) => JSON.stringify(value)));
  return values.filter((value) => !texts.has(JSON.stringify(value)));
}

/** Keywords that are looked at elsewhere. */
const STRUCTURE = new Set([
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  '$defs',
  'definitions',
]);

/** What became of bounds, patterns, formats, and whatever else says which values fit. */
export function keywordChanges(before: JsonSchema, after: JsonSchema, path: string): SchemaChange[] {
  const [old, now] = [before as Keywords, after as Keywords];
  const keywords = new Set([...Object.keys(old), ...Object.keys(now)].filter((key) => !STRUCTURE.has(key)));
  return [...keywords].flatMap((keyword): SchemaChange[] => {
    const [was, is] = [old[keyword], now[keyword]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    if (Object.hasOwn(LIMITS, keyword)) return limitChange(keyword as Limit, was, is, path);
    // The pattern behind a format is the library's own affair.
    if (keyword === 'pattern' && old['format'] !== undefined && old['format'] === now['format']) return [];
    if (is === undefined) return [{ path, what: `has no ${keyword} any more` }];
    const what = was === undefined ? `has a ${keyword} now` : `has another ${keyword}`;
    return [{ path, what: `${what}: ${JSON.stringify(is)}`, remedy: 'convert' }];
  });
}

type Keywords = Readonly<Record<string, unknown>>;
