import { getTableName, getViewName, type SQL, Table, type View } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { currentSchemaVersion, type EventDefinition } from '../event-log/catalogue.ts';
import { checkWrites } from './check-writes.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { Problem } from './problem.ts';
import { dataPath, describeReference, type Reference } from './reference.ts';
import { describeSql } from './render-sql.ts';
import { type MissingStep, missingStep } from './schema-path.ts';
import { type Mentions, mentionsIn } from './sql-tree.ts';
import { nearest } from './nearest.ts';
import { pathIn } from './stored-value.ts';
import type { BuilderConfig, Step } from './trace.ts';
import { unlisted, untruth, type ValueTypes, valueTypes } from './value-types.ts';

type Found = Pick<Problem, 'message' | 'hint' | 'statement'>;
type StatementStep = Extract<Step, { kind: 'statement' }>;

export interface StepContext {
  /** The projection's own tables. */
  readonly tables: ReadonlySet<unknown>;
  /** The event types that share the handler. */
  readonly types: readonly (readonly [type: string, definition: EventDefinition])[];
}

/** Everything that is wrong with a handler's steps, apart from what rendering finds. */
export function checkSteps(steps: readonly Step[], context: StepContext): Found[] {
  return steps.flatMap((step) => {
    if (step.kind === 'statement') return checkStatement(step, context);
    const found =
      step.kind === 'when' ? checkCondition(step.condition, context) : checkArray(step.array, context);
    return [...found, ...checkSteps(step.steps, context)];
  });
}

function checkCondition(condition: SQL, context: StepContext): Found[] {
  const found = checkMentions(mentionsIn(condition), context);
  const path = pathIn(condition);
  const what = path === undefined ? undefined : untruth(typesIn(context)(path));
  if (path === undefined || what === undefined) return found;
  const written = describeReference(path);
  return [
    ...found,
    {
      message: `when(${written}, …): ${written} is ${what}, and only a number other than 0 is true in SQL`,
      hint: `Write when(isNotNull(${written}), …), or compare it: when(eq(${written}, …), …).`,
    },
  ];
}

function checkArray(array: SQL, context: StepContext): Found[] {
  const found = checkMentions(mentionsIn(array), context);
  const path = pathIn(array);
  const what = path === undefined ? undefined : unlisted(typesIn(context)(path));
  if (path === undefined || what === undefined) return found;
  const written = describeReference(path);
  return [
    ...found,
    { message: `forEach(${written}, …): ${written} is ${what}, and has no items`, hint: 'Name the array.' },
  ];
}

function typesIn({ types }: StepContext): ValueTypes {
  return valueTypes(types.map(([, definition]) => jsonSchemaOf(definition.schema)));
}

function checkStatement(step: StatementStep, context: StepContext): Found[] {
  const statement = describeSql(step.sql);
  const found = [
    ...checkTarget(step, context),
    ...checkClauses(step.config),
    ...checkWrites(step.config.table as SQLiteTable, step.writes, typesIn(context)),
    ...checkMentions(mentionsIn([step.sql, ...parametersOf(step.config)]), context),
  ];
  return unique(found).map((problem) => ({ ...problem, statement }));
}

function checkTarget({ operation, config }: StatementStep, context: StepContext): Found[] {
  if (context.tables.has(config.table)) return [];
  const name = getTableName(config.table);
  return [
    {
      message: `an ${operation} writes ${name}, which is not among the projection's views`,
      hint: `Add ${name} to views, or write it in the projection that owns it.`,
    },
  ];
}

/** What SQLite's triggers do not have (https://sqlite.org/lang_createtrigger.html). */
function checkClauses(config: BuilderConfig): Found[] {
  const found: Found[] = [];
  if (config.returning !== undefined)
    found.push({
      message: 'the statement has RETURNING, and nobody would read what it returns',
      hint: 'Drop .returning().',
    });
  if ((config.withList ?? []).length > 0)
    found.push({
      message: 'the statement begins with WITH, which a trigger cannot',
      hint: 'Put the query into the value or the condition, as a subquery.',
    });
  if (config.limit !== undefined || (config.orderBy ?? []).length > 0) {
    found.push({
      message: 'an UPDATE or DELETE with ORDER BY or LIMIT cannot stand in a trigger',
      hint: 'Choose the rows by a subquery in .where().',
    });
  }
  return found;
}

/** Values are looked at as well as the rendered tree: Drizzle renders only the columns that a table has. */
function parametersOf(config: BuilderConfig): unknown[] {
  return Array.isArray(config.values)
    ? config.values.flatMap((row: object) => Object.values(row) as unknown[])
    : [];
}

function checkMentions(mentions: Mentions, context: StepContext): Found[] {
  return unique([
    ...mentions.tables.flatMap((table) => checkTable(table, context)),
    ...mentions.sqlViews.map(sqlViewProblem),
    ...mentions.references.flatMap((reference) => checkReference(reference, context)),
  ]);
}

function sqlViewProblem(view: View): Found {
  return {
    message: `the handler reads ${getViewName(view)}, which is a sqliteView and no table of the projection`,
    hint: 'Write its query as a subquery on the views of this projection.',
  };
}

function checkTable(table: Table, context: StepContext): Found[] {
  const own = [...context.tables].map((owned) => getTableName(owned as Table));
  const original = originalName(table);
  if (own.includes(original)) return [];
  return [
    {
      message: `the handler reads ${original}, which is not among the projection's views`,
      hint: 'Another projection is at another position, so a replay would read other rows. Keep what you need in a view of this projection.',
    },
  ];
}

/** A table's own name, behind an alias. */
function originalName(table: Table): string {
  const { Symbol: symbols } = Table as unknown as { Symbol: { OriginalName: symbol } };
  return (table as unknown as Record<symbol, string>)[symbols.OriginalName] ?? getTableName(table);
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

function unique(found: readonly Found[]): Found[] {
  return [...new Map(found.map((problem) => [problem.message, problem])).values()];
}
