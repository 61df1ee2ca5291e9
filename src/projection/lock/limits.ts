import type { SchemaChange } from './schema-changes.ts';

/** The keywords that bound a value, with the direction in which a greater number goes: 'up' lets in less. */
export const LIMITS = {
  minimum: 'up',
  exclusiveMinimum: 'up',
  minLength: 'up',
  minItems: 'up',
  minProperties: 'up',
  maximum: 'down',
  exclusiveMaximum: 'down',
  maxLength: 'down',
  maxItems: 'down',
  maxProperties: 'down',
} as const;

export type Limit = keyof typeof LIMITS;

/** Beyond these JSON numbers are not whole any more, so that as a bound they say nothing. */
const SAFE = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** A bound that came, went or moved. */
export function limitChange(keyword: Limit, before: unknown, after: unknown, path: string): SchemaChange[] {
  const [was, is] = [bound(before), bound(after)];
  if (was === is) return [];
  if (is === undefined) return [{ path, what: `has no ${keyword} of ${was} any more` }];
  if (was === undefined) return [{ path, what: `has a ${keyword} of ${is} now`, remedy: 'convert' }];
  const what = `has a ${keyword} of ${is} now, not of ${was}`;
  const isNarrower = LIMITS[keyword] === 'up' ? is > was : is < was;
  return [isNarrower ? { path, what, remedy: 'convert' } : { path, what }];
}

function bound(value: unknown): number | undefined {
  return typeof value === 'number' && !SAFE.includes(value) ? value : undefined;
}
