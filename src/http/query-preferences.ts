import { ProjectionistError } from '../errors.ts';
import type { CountKind } from '../query/count.ts';
import { parsePrefer } from './prefer.ts';

/** What `Prefer` says of a query's answer. */
export interface QueryPreferences {
  readonly count: CountKind | undefined;
  /** The preferences that are kept, as `Preference-Applied` says them. */
  readonly applied: readonly string[];
}

const NONE: QueryPreferences = { count: undefined, applied: [] };

const UTC = /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|GMT|Greenwich)$/i;

/** Preferences that are read here or elsewhere, with the values that they may have. */
const KNOWN: Readonly<Record<string, RegExp>> = {
  handling: /^(strict|lenient)$/,
  count: /^(exact|planned|estimated)$/,
  'min-position': /^\d{1,15}$/,
  wait: /^\d{1,15}$/,
  'as-of': /./,
  // Times are in UTC whatever is asked for, so that no other zone can be promised.
  timezone: UTC,
  // What PostgREST's clients send along, and what has a meaning for writing alone.
  return: /^(representation|minimal|headers-only)$/,
  missing: /^(default|null)$/,
  resolution: /^(merge|ignore)-duplicates$/,
  tx: /^(commit|rollback)$/,
  'max-affected': /^\d{1,15}$/,
};

/**
 * Reads `Prefer: count=exact|planned|estimated, timezone=UTC, handling=strict`. Throws PREFERENCE_INVALID for what is
 * unknown, where the handling is strict.
 */
export function queryPreferences(header: string | undefined): QueryPreferences {
  if (header === undefined) return NONE;
  const preferences = parsePrefer(header);
  const handling = preferences.get('handling');
  if (handling === 'strict') refuseUnknown(preferences);
  const asked = preferences.get('count');
  const count = asked !== undefined && isValid('count', asked) ? (asked as CountKind) : undefined;
  const zone = preferences.get('timezone');
  return {
    count,
    applied: [
      ...(handling === 'strict' || handling === 'lenient' ? [`handling=${handling}`] : []),
      ...(zone !== undefined && UTC.test(zone) ? [`timezone=${zone}`] : []),
      ...(count !== undefined ? [`count=${count}`] : []),
    ],
  };
}

/** Preferences that have a meaning for streams alone, whose values `replayRangeOf` reads. */
const OF_STREAMS = new Set(['replay', 'step']);

/** Throws PREFERENCE_INVALID for what is unknown in a request for a stream, where the handling is strict. */
export function checkStreamPreferences(header: string | undefined): void {
  const preferences = parsePrefer(header);
  if (preferences.get('handling') === 'strict')
    refuseUnknown(new Map([...preferences].filter(([name]) => !OF_STREAMS.has(name))));
}

function refuseUnknown(preferences: ReadonlyMap<string, string>): void {
  const unknown = [...preferences].filter(([name, value]) => !isValid(name, value));
  if (unknown.length === 0) return;
  const names = unknown.map(([name, value]) => (value === '' ? name : `${name}=${value}`).slice(0, 60));
  throw new ProjectionistError('PREFERENCE_INVALID', 'Invalid preferences given with handling=strict', {
    details: `Invalid preferences: ${names.slice(0, 20).join(', ')}`,
    hint: 'Preferences are count=exact, min-position=…, wait=…, as-of=…, timezone=UTC and handling=…; leave out handling=strict to have others ignored.',
  });
}

function isValid(name: string, value: string): boolean {
  return Object.hasOwn(KNOWN, name) && (KNOWN[name] as RegExp).test(value);
}
