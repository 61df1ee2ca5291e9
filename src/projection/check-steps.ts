import { getTableName, type SQL, type Table } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { checkMentions, type StepContext } from './check-mentions.ts';
import { checkWrites } from './check-writes.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { Problem } from './problem.ts';
import { describeReference } from './reference.ts';
import { describeSql } from './render-sql.ts';
import { type Mentions, mentionsIn } from './sql-tree.ts';
import { pathIn } from './stored-value.ts';
import type { BuilderConfig, Step } from './trace.ts';
import { unlisted, untruth, type ValueTypes, valueTypes } from './value-types.ts';

type Found = Pick<Problem, 'message' | 'hint' | 'statement'>;
type StatementStep = Extract<Step, { kind: 'statement' }>;

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
    ...checkMentions(mentionsOf(step, context), context),
  ];
  return unique(found).map((problem) => ({ ...problem, statement }));
}

function checkTarget({ operation, config }: StatementStep, context: StepContext): Found[] {
  if (context.tables.has(config.table)) return [];
  const name = getTableName(config.table);
  if ([...context.tables].some((own) => getTableName(own as Table) === name)) {
    return [
      {
        message: `the ${operation} writes ${name} by another sqliteTable than the one in views`,
        hint: 'Declare the table once, and import it.',
      },
    ];
  }
  return [
    {
      message: `the ${operation} writes ${name}, which is not among the projection's views`,
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
function mentionsOf({ sql, config }: StatementStep, context: StepContext): Mentions {
  const rows = Array.isArray(config.values)
    ? config.values.flatMap((row: object) => Object.values(row) as unknown[])
    : [config.values];
  const sources = [config.from, ...(config.joins ?? []).map(({ table }) => table)];
  const mentions = mentionsIn([sql, rows, sources]);
  // A foreign target was reported as such.
  if (!context.tables.has(config.table)) mentions.tables.delete(getTableName(config.table));
  return mentions;
}

function unique(found: readonly Found[]): Found[] {
  return [...new Map(found.map((problem) => [problem.message, problem])).values()];
}
