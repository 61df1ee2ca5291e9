import { type Column, getTableColumns, getTableName, is, Param, SQL, sql } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';
import { textLiteral } from './literal.ts';
import { nondeterministicPart } from './nondeterminism.ts';
import type { FeedBlock, FeedColumn } from './program.ts';
import type { ItemScope, Reference } from './reference.ts';
import { describeSql, DIALECT, type ReferenceWriter, renderSql } from './render-sql.ts';
import { mentionsIn } from './sql-tree.ts';
import type { BuilderConfig, Step } from './trace.ts';

/** A column that a block is fed with: one of the event's, or an item (or index) of an enclosing `forEach`. */
type BlockColumn = FeedColumn | `item${number}` | `index${number}`;

/** What is being rendered: a trigger's body, and the columns that it turns out to need. */
interface Block {
  readonly eventType: string;
  readonly columns: Set<BlockColumn>;
}

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

  renderHandler(eventType: string, steps: readonly Step[]): RenderedHandler {
    const blocks: FeedBlock[] = [];
    const block: Block = { eventType, columns: new Set() };
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
      return [this.#nested(step.steps, block, blocks, [], `WHERE ${condition}`)];
    }
    const source = eachSource(step.array, block);
    const flat = flatInsert(step.steps, step.scope, source, block);
    if (flat !== undefined) return [flat];
    const own: BlockColumn[] = [`item${step.scope.depth}`, `index${step.scope.depth}`];
    return [this.#nested(step.steps, block, blocks, own, `FROM ${source}`)];
  }

  /** Renders steps as a block of their own; returns the statement that feeds it. */
  #nested(
    steps: readonly Step[],
    parent: Block,
    blocks: FeedBlock[],
    own: readonly BlockColumn[],
    source: string,
  ): string {
    this.#blocks += 1;
    const name = `feed_${this.#blocks}`;
    const block: Block = { eventType: parent.eventType, columns: new Set() };
    const statements = this.#body(steps, block, blocks);
    if (block.columns.size === 0) block.columns.add(ANY_COLUMN);
    const columns = [...block.columns].toSorted();
    for (const column of columns) if (!own.includes(column)) parent.columns.add(column);
    blocks.push({ name, eventType: parent.eventType, columns, statements });
    const values = columns.map((column) => (own.includes(column) ? eachColumn(column) : `NEW.${column}`));
    return `INSERT INTO ${name} (${columns.join(', ')}) SELECT ${values.join(', ')} ${source}`;
  }
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
  if (mentionsIn(selected).tables.length > 0) return undefined;
  if (mentionsIn(config.onConflict ?? []).references.some((reference) => usesScope(reference, scope)))
    return undefined;
  const select = sql`select ${sql.join(selected, sql`, `)} from ${sql.raw(source)} where true`;
  const insert = DIALECT.buildInsertQuery({ ...config, values: select, select: true } as never);
  return checked(renderSql(insert, referenceWriter(block, scope)), step.sql);
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

function usesScope(reference: Reference, scope: ItemScope): boolean {
  return (reference.kind === 'item' || reference.kind === 'index') && reference.scope === scope;
}

/** The table-valued function that yields an array's items (https://sqlite.org/json1.html#jeach). */
function eachSource(array: SQL, block: Block): string {
  const [reference, ...others] = mentionsIn(array).references;
  const isPath =
    reference !== undefined && others.length === 0 && 'path' in reference && array.queryChunks.length === 1;
  if (!isPath) return `jsonb_each(${checked(renderSql(array, referenceWriter(block)), array)}) AS each`;
  const { root, column } = rootOf(reference);
  block.columns.add(column);
  const path = reference.path.length === 0 ? '' : `, ${textLiteral(jsonPath(reference.path))}`;
  return `jsonb_each(${root}${path}) AS each`;
}

function eachColumn(column: BlockColumn): string {
  return column.startsWith('item') ? 'each.value' : 'each.key';
}

/** Writes references as columns of NEW; those to the items of `flat`, as columns of `each`. */
function referenceWriter(block: Block, flat?: ItemScope): ReferenceWriter {
  return (reference) => {
    if (reference.kind === 'envelope') {
      if (reference.field === 'type') return textLiteral(block.eventType);
      block.columns.add(reference.field);
      return `NEW.${reference.field}`;
    }
    const isFlat = flat !== undefined && usesScope(reference, flat);
    const { root, column } = isFlat
      ? { root: reference.kind === 'index' ? 'each.key' : 'each.value', column: undefined }
      : rootOf(reference);
    if (column !== undefined) block.columns.add(column);
    return reference.kind === 'index' ? root : extract(root, reference);
  };
}

function rootOf(reference: Exclude<Reference, { kind: 'envelope' }>): { root: string; column: BlockColumn } {
  const isItem = reference.kind === 'item' || reference.kind === 'index';
  const column: BlockColumn = isItem ? `${reference.kind}${reference.scope.depth}` : reference.kind;
  return { root: `NEW.${column}`, column };
}

function extract(root: string, reference: Extract<Reference, { path: readonly string[] }>): string {
  if (reference.path.length > 0) return `json_extract(${root}, ${textLiteral(jsonPath(reference.path))})`;
  if (reference.kind !== 'item') return `json(${root})`;
  // An item is a SQL value, or JSONB where it is an object or an array.
  return `CASE typeof(${root}) WHEN 'blob' THEN json(${root}) ELSE ${root} END`;
}

/** A path in SQLite's notation (https://sqlite.org/json1.html#path_arguments). */
export function jsonPath(path: readonly string[]): string {
  return `$${path.map(pathStep).join('')}`;
}

function pathStep(step: string): string {
  if (/^\d+$/.test(step)) return `[${step}]`;
  if (/^[A-Za-z_]\w*$/.test(step)) return `.${step}`;
  if (!/["\\\p{Cc}]/u.test(step)) return `."${step}"`;
  throw new ProjectionistError(
    'DEFINITION_INVALID',
    `The field name ${JSON.stringify(step)} cannot be written in a SQLite JSON path`,
    {
      hint: 'Pass the object that contains it to fn(), and take the field there.',
    },
  );
}

function checked(text: string, tree: SQL): string {
  const part = nondeterministicPart(text);
  if (part === undefined) return text;
  throw new ProjectionistError('DEFINITION_INVALID', `${part} gives another answer at each replay`, {
    hint: 'Take the value from the event: e.time is when it happened, e.id is unique.',
    evidence: { statement: describeSql(tree) },
  });
}
