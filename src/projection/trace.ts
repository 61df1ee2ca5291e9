import type { Table } from 'drizzle-orm';
import { type SQL } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import { RecordingDatabase, type Write } from './handler-database.ts';
import { decisionsIn } from './decisions.ts';
import type { Handler } from './define.ts';
import type { ItemScope } from './reference.ts';
import {
  ForEach,
  operationOf,
  type Operation,
  Must,
  type Statements,
  When,
  type WritingStatement,
} from './statements.ts';
import { referenceOf, symbolicEvent, symbolicItem } from './symbolic-event.ts';

/** The parts of a Drizzle builder that a program needs to know; Drizzle keeps them in `config`. */
export interface BuilderConfig {
  readonly table: Table;
  readonly values?: readonly Readonly<Record<string, unknown>>[] | SQL;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly select?: boolean;
  readonly onConflict?: readonly SQL[];
  readonly returning?: unknown;
  readonly withList?: readonly unknown[];
  readonly limit?: unknown;
  readonly orderBy?: readonly unknown[];
  readonly from?: unknown;
  readonly where?: SQL | undefined;
  readonly joins?: readonly { readonly table: unknown }[];
}

/** One step of what a handler asks for, independent of any target. */
export type Step =
  | {
      readonly kind: 'statement';
      readonly operation: Operation;
      readonly isRequired: boolean;
      readonly sql: SQL;
      readonly config: BuilderConfig;
      readonly writes: readonly Write[];
    }
  | {
      readonly kind: 'forEach';
      readonly array: SQL;
      readonly scope: ItemScope;
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'when'; readonly condition: SQL; readonly steps: readonly Step[] };

/** Runs a handler once, with recorders, and returns the steps that it asked for. Throws DEFINITION_INVALID. */
export function traceHandler(handler: Handler<never>): Step[] {
  refuseDecisions(handler);
  const recorder = new RecordingDatabase();
  const steps = asRefusal(() =>
    stepsOf(synchronous(handler(symbolicEvent(), recorder.database)), 0, recorder),
  );
  refuseForgotten(steps, recorder.begun);
  return steps;
}

function synchronous(answer: unknown): Statements {
  if (!(answer instanceof Promise)) return answer as Statements;
  answer.catch(() => {});
  throw refuse('The handler is asynchronous', 'Return the statements; there is nothing to wait for.');
}

/** Calls such as `e.data.items.map(…)`: a path has no methods, and Node says only that `map` is not a function. */
function asRefusal<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const call = error instanceof TypeError ? /^(.+)\.(\w+) is not a function/.exec(error.message) : null;
    const isLibrary =
      error instanceof Error && (error.stack?.split('\n')[1]?.includes('drizzle-orm') ?? false);
    if (call === null || isLibrary) throw error;
    throw refuse(
      `${call[1]}.${call[2]}() was called at load, when there is no event yet, and there is no such function`,
      'A path has no methods. Write forEach(path, (item) => …) for each item, sql`…` for a value, or fn() for JavaScript.',
    );
  }
}

function refuseDecisions(handler: Handler<never>): void {
  const [decision] = decisionsIn(handler);
  if (decision === undefined) return;
  const { construct, path } = decision;
  throw refuse(
    `\`${construct}\` was applied to ${path}, which is decided once, at load, when there is no event yet`,
    ['??', '||', '??=', '||=', '='].includes(construct)
      ? `Write sql\`coalesce(\${${path}}, …)\`.`
      : `Write when(…, statements) for statements, or sql\`CASE WHEN \${${path}} … END\` for a value.`,
  );
}

function refuseForgotten(steps: readonly Step[], begun: number): void {
  const returned = countStatements(steps);
  if (begun > returned) {
    throw refuse(
      `The handler began ${begun} statements and returned ${returned}`,
      'Return every statement, as an array where there are several: (e, db) => [db.insert(…), db.update(…)].',
    );
  }
}

function countStatements(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + (step.kind === 'statement' ? 1 : countStatements(step.steps)), 0);
}

function stepsOf(answer: Statements, depth: number, recorder: RecordingDatabase): Step[] {
  if (Array.isArray(answer))
    return (answer as readonly Statements[]).flatMap((part) => stepsOf(part, depth, recorder));
  if (answer instanceof ForEach) return [forEachStep(answer, depth + 1, recorder)];
  if (answer instanceof When) {
    return [
      { kind: 'when', condition: answer.condition, steps: stepsOf(answer.statements, depth, recorder) },
    ];
  }
  const statement = answer instanceof Must ? answer.statement : (answer as WritingStatement);
  const operation = operationOf(statement);
  if (operation !== undefined) return [statementStep(statement, operation, answer instanceof Must, recorder)];
  throw refuse(
    answer === undefined
      ? 'The handler returned no statement'
      : `The handler returned ${describe(answer)}, which is no statement`,
    'Return Drizzle inserts, updates and deletes, forEach(…), when(…), must(…), or an array of those.',
  );
}

function forEachStep(answer: ForEach, depth: number, recorder: RecordingDatabase): Step {
  const scope: ItemScope = { depth, array: referenceOf(answer.array) };
  const { item, index } = symbolicItem(scope);
  return {
    kind: 'forEach',
    array: answer.array,
    scope,
    steps: stepsOf(answer.body(item, index), depth, recorder),
  };
}

function statementStep(
  statement: WritingStatement,
  operation: Operation,
  isRequired: boolean,
  recorder: RecordingDatabase,
): Step {
  const { config } = statement as unknown as { config: BuilderConfig };
  const writes = recorder.writesOf(statement);
  return { kind: 'statement', operation, isRequired, sql: statement.getSQL(), config, writes };
}

function describe(answer: unknown): string {
  if (answer === null || typeof answer !== 'object') return String(answer);
  return 'getSQL' in answer
    ? 'a select or an unfinished builder'
    : `a ${answer.constructor?.name ?? 'value'}`;
}

function refuse(message: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', message, { hint });
}
