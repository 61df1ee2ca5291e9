import { z } from 'zod';
import { DEFAULTS, settings } from '../../../src/config.ts';
import { USUAL_LIMITS as USUAL_HTTP_LIMITS } from '../../../src/http/settings.ts';
import { USUAL_LIMITS as USUAL_QUERY_LIMITS } from '../../../src/query/limits.ts';
import { USUALLY_SLOW } from '../../../src/signals/signals.ts';
import { copySettings, liveSettings, scanSettings } from '../../../src/view-settings.ts';
import { cell, code, table } from './markdown.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: string;
}

const { maxRows, aggregates } = USUAL_QUERY_LIMITS;
const USUAL: Readonly<Record<string, string | number | boolean>> = {
  ...DEFAULTS,
  maxRows,
  aggregates,
  ...prefixed('limits', USUAL_HTTP_LIMITS),
  ...prefixed('copies', copySettings({})),
  ...prefixed('live', liveSettings({})),
  // The usual number of readers depends on the machine.
  ...prefixed('scans', { ...scanSettings({}, 3), readers: '' }),
  'auth.isReadyzOpen': false,
  'metrics.isOpen': false,
  slowQuerySeconds: USUALLY_SLOW,
};
const IN_WORDS: Readonly<Record<string, string>> = {
  'scans.readers': 'processors less one, 2 at most',
};

function prefixed(name: string, values: object): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

/** Every setting with its type, its default and what it is, as the schema that checks them says. */
export function settingsReference(): string {
  const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as Schema;
  const rows = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => rowsOf(name, one));
  return table(['setting', 'type', 'default', 'what it is'], oncePerName(rows));
}

/** Alternatives of an object may share a member: it is told once, in the fullest words. */
function oncePerName(rows: readonly string[][]): string[][] {
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const [name = ''] = row;
    if ((found.get(name)?.join('').length ?? -1) < row.join('').length) found.set(name, row);
  }
  return [...found.values()];
}

/** One row for a value; for an object one for itself, where it is described, and one for each member. */
function rowsOf(name: string, schema: Schema): string[][] {
  const members = membersOf(name, schema);
  const isDescribed = schema.description !== undefined;
  const row = [code(name), typeOf(schema), usual(name), cell(schema.description ?? '')];
  return [...(members.length === 0 || isDescribed ? [row] : []), ...members];
}

function membersOf(name: string, schema: Schema): string[][] {
  const inside = [schema, ...(schema.anyOf ?? [])];
  return inside.flatMap(({ properties, items }) => [
    ...Object.entries(properties ?? {}).flatMap(([key, one]) => rowsOf(`${name}.${key}`, one)),
    ...(items?.properties === undefined ? [] : membersOf(`${name}[]`, items)),
  ]);
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.const !== undefined) return code(`'${schema.const}'`);
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return schema.type === undefined ? 'any' : String(schema.type);
}

function usual(name: string): string {
  const value = USUAL[name];
  if (value === undefined || value === '') return IN_WORDS[name] ?? '';
  return typeof value === 'number'
    ? value.toLocaleString('en', { useGrouping: name !== 'port' })
    : code(String(value));
}
