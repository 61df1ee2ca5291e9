import { getTableName, type Table } from 'drizzle-orm';
import { currentSchemaVersion, type EventDefinition } from '../event-log/catalogue.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { nearest } from '../nearest.ts';
import type { Problem } from './problem.ts';
import { dataPath, describeReference, type Reference } from './reference.ts';
import { type MissingStep, missingStep } from './schema-path.ts';
import type { Mentions } from './sql-tree.ts';

/** What a handler's statements may refer to. */
export interface StepContext {
  /** The projection's own tables. */
  readonly tables: ReadonlySet<unknown>;
  /** The event types that share the handler. */
  readonly types: readonly (readonly [type: string, definition: EventDefinition])[];
}

type Found = Pick<Problem, 'message' | 'hint'>;

/** What is wrong with the tables and paths that a piece of SQL mentions. */
export function checkMentions(mentions: Mentions, context: StepContext): Found[] {
  const own = new Set([...context.tables].map((table) => getTableName(table as Table)));
  return [
    ...[...mentions.tables].filter((table) => !own.has(table)).map(foreignTable),
    ...[...mentions.sqlViews].map(sqlView),
    ...mentions.references.flatMap((reference) => checkReference(reference, context)),
  ];
}

function foreignTable(table: string): Found {
  return {
    message: `the handler reads ${table}, which is not among the projection's views`,
    hint: 'Another projection is at another position, so a replay would read other rows. Keep what you need in a view of this projection.',
  };
}

function sqlView(view: string): Found {
  return {
    message: `the handler reads ${view}, which is a sqliteView and no table of the projection`,
    hint: 'Write its query as a subquery on the views of this projection.',
  };
}

function checkReference(reference: Reference, { types }: StepContext): Found[] {
  const path = dataPath(reference);
  if (path === undefined || path.length === 0) return [];
  const missing = types.map(([, definition]) => {
    const schema = jsonSchemaOf(definition.schema);
    return schema === undefined ? undefined : missingStep(schema, path);
  });
  const [first] = missing;
  if (first === undefined || missing.includes(undefined)) return [];
  const [[type, definition] = ['', undefined]] = types;
  const version = definition === undefined ? 1 : currentSchemaVersion(definition);
  return [
    {
      message: `${describeReference(reference)}: the schema of ${type} (version ${version}) has no ${first.name} there`,
      hint: hintFor(first, describeReference(reference)),
    },
  ];
}

function hintFor({ name, known, isArray }: MissingStep, path: string): string {
  if (isArray && name === 'length')
    return `Write sql\`json_array_length(\${${path.replace(/\.length$/, '')}})\`.`;
  if (isArray && known.length === 0)
    return 'An array stands there: write forEach(path, (item) => …), or path[0].';
  if (known.length === 0) return 'It has no fields there.';
  const guess = nearest(name, known);
  return `${guess === undefined ? '' : `Did you mean ${guess}? `}It has ${known.join(', ')}.`;
}
