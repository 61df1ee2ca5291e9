import { ProjectionistError } from '../errors.ts';
import { parsePrefer } from './prefer.ts';

/** What `Prefer` says of a query's answer. */
export interface QueryPreferences {
  readonly isCounted: boolean;
  /** The preferences that are kept, as `Preference-Applied` says them. */
  readonly applied: readonly string[];
}

const NONE: QueryPreferences = { isCounted: false, applied: [] };

/** Preferences that are read here or elsewhere, with the values that they may have. */
const KNOWN: Readonly<Record<string, RegExp>> = {
  handling: /^(strict|lenient)$/,
  count: /^(exact|planned|estimated)$/,
  'min-position': /^\d{1,15}$/,
  wait: /^\d{1,15}$/,
  'as-of': /./,
  // What PostgREST's clients send along, and what has a meaning for writing alone.
  return: /^(representation|minimal|headers-only)$/,
  missing: /^(default|null)$/,
  resolution: /^(merge|ignore)-duplicates$/,
  tx: /^(commit|rollback)$/,
};

/**
 * Reads `Prefer: count=exact|planned|estimated, handling=strict`. Every count is exact: SQLite keeps no statistics that are
 * as good. Throws PREFERENCE_INVALID for what is unknown, where the handling is strict.
 */
export function queryPreferences(header: string | undefined): QueryPreferences {
  if (header === undefined) return NONE;
  const preferences = parsePrefer(header);
  const handling = preferences.get('handling');
  if (handling === 'strict') refuseUnknown(preferences);
  const count = preferences.get('count');
  const isCounted = count !== undefined && isValid('count', count);
  return {
    isCounted,
    applied: [
      ...(handling === 'strict' || handling === 'lenient' ? [`handling=${handling}`] : []),
      ...(isCounted ? [`count=${count}`] : []),
    ],
  };
}

function refuseUnknown(preferences: ReadonlyMap<string, string>): void {
  const unknown = [...preferences].filter(([name, value]) => !isValid(name, value));
  if (unknown.length === 0) return;
  const names = unknown.map(([name, value]) => (value === '' ? name : `${name}=${value}`).slice(0, 60));
  throw new ProjectionistError('PREFERENCE_INVALID', 'Invalid preferences given with handling=strict', {
    details: `Invalid preferences: ${names.slice(0, 20).join(', ')}`,
    hint: 'Preferences are count=exact, min-position=…, wait=…, as-of=… and handling=…; leave out handling=strict to have others ignored.',
  });
}

function isValid(name: string, value: string): boolean {
  return Object.hasOwn(KNOWN, name) && (KNOWN[name] as RegExp).test(value);
}
