import { type Column, getTableColumns, getTableName, is, Param, SQL, sql } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import type { JsonSchema } from './json-schema.ts';
import { textLiteral } from './literal.ts';
import { nondeterministicPart } from './nondeterminism.ts';
import type { FeedBlock, FeedColumn } from './program.ts';
import type { ItemScope } from './reference.ts';
import {
  type Block,
  type BlockColumn,
  eachColumn,
  eachOf,
  type HoistedValue,
  isOwnColumn,
  referenceWriter,
  usesScope,
} from './render-reference.ts';
import { describeSql, newDialect, renderSql } from './render-sql.ts';
import { tokensOf } from './sql-tokens.ts';
import { mentionsIn } from './sql-tree.ts';
import { pathIn } from './stored-value.ts';
import type { BuilderConfig, Step } from './trace.ts';

export interface RenderedHandler {
  /** The handler's own block, after those that it feeds. */
  readonly blocks: readonly FeedBlock[];
  /** The columns of `feed` that it needs. */
  readonly columns: ReadonlySet<FeedColumn>;
}

/** The one column that a block has when its body needs none. */
const ANY_COLUMN: BlockColumn = 'position';

/**
 * Renders one event type's steps as an INSTEAD OF INSERT trigger on `feed`. `forEach` and `when` become triggers on
 * views of their own, into which the enclosing body inserts: so steps inside them run item by item, in order.
 */
export class FeedRenderer {
  #blocks = 0;

  renderHandler(eventType: string, schema: JsonSchema | undefined, steps: readonly Step[]): RenderedHandler {
    const blocks: FeedBlock[] = [];
    const block: Block = { eventType, schema, columns: new Set() };
    const statements = this.#body(steps, block, blocks);
    blocks.push({ name: 'feed', eventType, columns: [], statements });
    return { blocks, columns: block.columns as Set<FeedColumn> };
  }

  #body(steps: readonly Step[], block: Block, blocks: FeedBlock[]): string[] {
    return steps.flatMap((step) => this.#step(step, block, blocks));
  }

  #step(step: Step, block: Block, blocks: FeedBlock[]): string[] {
    if (step.kind === 'statement') return renderStatement(step, block);
    if (step.kind === 'when') {
      const condition = checked(renderSql(step.condition, referenceWriter(block)), step.condition);
      return [this.#nested(step.steps, block, blocks, `WHERE ${condition}`)];
    }
    const source = eachSource(step.array, block);
    const flat = flatInsert(step.steps, step.scope, source, block);
    if (flat !== undefined) return [flat];
    return [this.#nested(step.steps, block, blocks, `FROM ${source}`, step.scope)];
  }

  /** Renders steps as a block of their own; returns the statement that feeds it. */
  #nested(
    steps: readonly Step[],
    parent: Block,
    blocks: FeedBlock[],
    source: string,
    scope?: ItemScope,
  ): string {
    this.#blocks += 1;
    const name = `feed_${this.#blocks}`;
    const hoisted = new Map<string, HoistedValue>();
    const block: Block = { ...parent, columns: new Set(), scope, hoisted };
    const statements = this.#body(steps, block, blocks);
    if (block.columns.size === 0) block.columns.add(ANY_COLUMN);
    const columns = [...block.columns].toSorted();
    blocks.push({ name, eventType: parent.eventType, columns, statements });
    const values = columns.map((column) => columnValue(column, parent, block));
    return `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values.join(', ')} ${source}`;
  }
}

/** What the enclosing block puts into a column of a nested one. */
function columnValue(column: BlockColumn, parent: Block, { scope, hoisted }: Block): string {
  if (scope !== undefined && isOwnColumn(column, scope)) return eachColumn(column);
  const value = [...(hoisted?.values() ?? [])].find((candidate) => candidate.column === column);
  if (value !== undefined) return referenceWriter(parent)(value.reference, value.form);
  parent.columns.add(column);
  return `NEW.${column}`;
}

function renderStatement(step: Extract<Step, { kind: 'statement' }>, block: Block): string[] {
  const text = checked(renderSql(step.sql, referenceWriter(block)), step.sql);
  if (!step.isRequired) return [text];
  const message = `must: ${step.operation} of ${getTableName(step.config.table)} changed no row`;
  return [text, `SELECT RAISE(ROLLBACK, ${textLiteral(message)}) WHERE changes() = 0`];
}

/**
 * A `forEach` around a single insert is an INSERT … SELECT over the array: the same rows in the same order, without a
 * trigger call for each item. Not where the insert looks at the views, as a SELECT would see them before the first
 * item, nor where its conflict clause uses the item, which is out of sight there.
 */
function flatInsert(
  steps: readonly Step[],
  scope: ItemScope,
  source: string,
  block: Block,
): string | undefined {
  const [step] = steps;
  if (steps.length !== 1 || step?.kind !== 'statement' || step.operation !== 'insert' || step.isRequired)
    return undefined;
  const { config } = step;
  const values = config.values;
  if (!Array.isArray(values) || values.length !== 1 || config.select === true) return undefined;
  const selected = valueList(config, values[0] as Readonly<Record<string, unknown>>);
  if (looksAtViews(selected)) return undefined;
  if (mentionsIn(config.onConflict ?? []).references.some((reference) => usesScope(reference, scope)))
    return undefined;
  const select = sql`select ${sql.join(selected, sql`, `)} from ${sql.raw(source)}`;
  const insert = newDialect().buildInsertQuery({ ...config, values: select, select: true } as never);
  return checked(renderSql(insert, referenceWriter(block, scope)), step.sql);
}

/** In Drizzle's terms, or in plain SQL. */
function looksAtViews(values: readonly SQL[]): boolean {
  if (mentionsIn(values).tables.size > 0) return true;
  return values.some((value) =>
    tokensOf(describeSql(value)).some((token) => token.toLowerCase() === 'select'),
  );
}

/** The values of an insert in the order in which Drizzle names the columns. */
function valueList(config: BuilderConfig, row: Readonly<Record<string, unknown>>): SQL[] {
  const columns = Object.entries<Column>(getTableColumns(config.table)).filter(([, column]) =>
    isInsertable(column),
  );
  return columns.map(([key, column]) => {
    const value = row[key];
    if (is(value, SQL)) return value;
    if (is(value, Param) && value.value !== undefined) return sql`${value}`;
    if (column.default === undefined || column.default === null) return sql`null`;
    return is(column.default, SQL) ? column.default : sql`${sql.param(column.default, column)}`;
  });
}

/** Drizzle leaves generated columns out of an insert, by a method that its types do not show. */
function isInsertable(column: Column): boolean {
  return !(column as unknown as { shouldDisableInsert(): boolean }).shouldDisableInsert();
}

/** The items of an array; none where there is no array or object, for which SQLite has one item without a key. */
function eachSource(array: SQL, block: Block): string {
  const reference = pathIn(array);
  const each =
    reference !== undefined && 'path' in reference
      ? eachOf(reference, block)
      : `jsonb_each(${checked(renderSql(array, referenceWriter(block)), array)})`;
  return `${each} AS each WHERE each.key IS NOT NULL`;
}

function checked(text: string, tree: SQL): string {
  const problem = problemOf(text);
  if (problem === undefined) return text;
  const { message, hint } = problem;
  throw new ProjectionistError('DEFINITION_INVALID', message, {
    hint,
    evidence: { statement: describeSql(tree) },
  });
}

function problemOf(text: string): { message: string; hint: string } | undefined {
  const tokens = tokensOf(text);
  if (tokens.includes(';')) {
    return { message: 'a statement contains a semicolon', hint: 'Return several statements as an array.' };
  }
  const list = tokens.findIndex(
    (token, index) => /^in$/i.test(token) && PATH_BEGINS.has(tokens[index + 1] ?? ''),
  );
  if (list !== -1) {
    return {
      message: 'IN stands before a path of the event, which is one value and no list',
      hint: 'Write sql`${column} in (select value from json_each(${path}))`.',
    };
  }
  const part = nondeterministicPart(text);
  return part === undefined
    ? undefined
    : {
        message: `${part} gives another answer at each replay`,
        hint: 'Take the value from the event: e.time is when it happened, e.id is unique.',
      };
}

/** How a path begins when it is rendered. */
const PATH_BEGINS = new Set(['json_extract', 'coalesce', 'CASE', 'NEW']);
