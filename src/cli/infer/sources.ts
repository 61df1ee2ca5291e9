import type { Category, Samples, TypeSample } from './samples.ts';
import type { Shape } from './shape.ts';
import { keySource, quoted, zodSource } from './zod-source.ts';

/** The catalogue of all event types that were seen, as TypeScript source. */
export function catalogueSource({ types, events }: Samples): string {
  const entries = [...types.values()].map(({ type, data, schemaVersion }) => {
    return `  ${quoted(type)}: {\n    schema: ${zodSource(data, '    ')},\n${upcastersSource(type, schemaVersion)}  },`;
  });
  return `import { defineEvents } from 'projectionist';
import { z } from 'zod';

/** Inferred from ${events} sample events: make the schemas as strict as the truth is. */
export const events = defineEvents({
${entries.join('\n')}
});
`;
}

/** Nobody can infer what an older event meant; one that is met before its upcaster is written says so. */
function upcastersSource(type: string, schemaVersion: number): string {
  if (schemaVersion === 1) return '';
  const steps = Array.from({ length: schemaVersion - 1 }, (_, index) => {
    const message = `The upcaster of ${type} from schema version ${index + 1} is to be written`;
    return `      ${index + 1}: () => {\n        throw new Error(${quoted(message)});\n      },\n`;
  });
  return `    upcast: {\n${steps.join('')}    },\n`;
}

interface Column {
  /** The name in TypeScript, and the member of `data`. */
  readonly key: string;
  readonly source: string;
  readonly builder: 'text' | 'integer' | 'real';
}

/** A projection with one row for each stream of a category: what its events say last, column by column. */
export function projectionSource(category: Category): { name: string; source: string } {
  const types = [...category.types.values()];
  const opening = types.toSorted((a, b) => b.firsts - a.firsts || b.count - a.count)[0] as TypeSample;
  const columns = columnsOf(types);
  const table = identifier(plural(category.name));
  const name = table.toLowerCase();
  const builders = [...new Set(['text', 'sqliteTable', ...columns.map(({ builder }) => builder)])].toSorted();
  const others = types.filter(({ type }) => type !== opening.type);
  const handlers = [
    openingHandler(opening, columns, table),
    ...others.map((type) => laterHandler(type, columns, table)),
  ];
  const eq = others.length > 0 ? "import { eq } from 'drizzle-orm';\n" : '';
  const source = `${eq}import { ${builders.join(', ')} } from 'drizzle-orm/sqlite-core';
import { projection } from 'projectionist';
import { events } from './events.ts';

/** One row for each stream: a first view to look at, and to change. */
export const ${table} = sqliteTable(${quoted(name)}, {
  id: text().primaryKey(),
${columns.map(({ key, source }) => `  ${keySource(key)}: ${source},`).join('\n')}${columns.length > 0 ? '\n' : ''}  lastEvent: text('last_event').notNull(),
  changedAt: text('changed_at').notNull(),
});

export default projection({
  name: ${quoted(name)},
  events,
  views: { ${table} },
  on: {
${handlers.join('\n')}
  },
});
`;
  return { name, source };
}

function openingHandler(type: TypeSample, columns: readonly Column[], table: string): string {
  const latest = assignments(type, columns);
  if (type.count === type.firsts) {
    const insert = `db.insert(${table}).values(${objectSource(['id: e.stream', ...latest], 6)})`;
    return `    ${quoted(type.type)}: (e, db) =>\n      ${insert}.onConflictDoNothing(),`;
  }
  // It came again in a stream: then it says something new of the row that is there.
  return [
    `    ${quoted(type.type)}: (e, db) => {`,
    `      const latest = ${objectSource(latest, 6)};`,
    `      return db`,
    `        .insert(${table})`,
    `        .values({ id: e.stream, ...latest })`,
    `        .onConflictDoUpdate({ target: ${table}.id, set: latest });`,
    `    },`,
  ].join('\n');
}

function laterHandler(type: TypeSample, columns: readonly Column[], table: string): string {
  const set = objectSource(assignments(type, columns), 6);
  return `    ${quoted(type.type)}: (e, db) =>\n      db.update(${table}).set(${set}).where(eq(${table}.id, e.stream)),`;
}

/** Characters of an object literal beyond which each member has a line of its own. */
const LONGEST_OBJECT = 60;

function objectSource(members: readonly string[], indent: number): string {
  const line = members.join(', ');
  if (line.length <= LONGEST_OBJECT) return `{ ${line} }`;
  const margin = ' '.repeat(indent);
  return `{\n${members.map((member) => `${margin}  ${member},\n`).join('')}${margin}}`;
}

function assignments({ data }: TypeSample, columns: readonly Column[]): string[] {
  const own = columns.filter(({ key, builder }) => builderOf(data.members?.get(key)) === builder);
  return [
    ...own.map(
      ({ key }) =>
        `${keySource(key)}: e.data${/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${quoted(key)}]`}`,
    ),
    'lastEvent: e.type',
    'changedAt: e.time',
  ];
}

/** The plain values of all events: text, numbers and booleans, of one type wherever they occur. */
function columnsOf(types: readonly TypeSample[]): Column[] {
  const columns = new Map<string, Column>();
  for (const [key, shape] of types.flatMap(({ data }) => [...(data.members ?? [])])) {
    const builder = builderOf(shape);
    if (builder === undefined || columns.has(key) || TAKEN.has(key)) continue;
    const name = snake(key);
    const named = name === key ? '' : quoted(name);
    const mode = shape.isBoolean ? `${named === '' ? '' : ', '}{ mode: 'boolean' }` : '';
    columns.set(key, { key, builder, source: `${builder}(${named}${mode})` });
  }
  return [...columns.values()];
}

/** Columns of ours, and names that belong to Drizzle's SQL class. */
const TAKEN = new Set([
  'id',
  'lastEvent',
  'changedAt',
  'as',
  'if',
  'append',
  'mapWith',
  'getSQL',
  'queryChunks',
]);

function builderOf(shape: Shape | undefined): Column['builder'] | undefined {
  if (shape === undefined || shape.members !== undefined || shape.items !== undefined) return undefined;
  const kinds = [shape.isText, shape.isBoolean, shape.number !== 'none'].filter(Boolean).length;
  if (kinds !== 1) return undefined;
  if (shape.isText) return 'text';
  return shape.number === 'any' ? 'real' : 'integer';
}

function plural(word: string): string {
  if (word.endsWith('s')) return word;
  return word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function identifier(word: string): string {
  return word.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
}

function snake(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
