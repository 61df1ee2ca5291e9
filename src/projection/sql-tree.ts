import { Column, getTableName, getViewName, is, Param, SQL, Subquery, Table, View } from 'drizzle-orm';
import { FunctionValue } from './pure-function.ts';
import { type Reference, ReferenceValue } from './reference.ts';
import { referenceOf } from './symbolic-event.ts';

/** What a Drizzle SQL tree mentions. */
export interface Mentions {
  readonly references: Reference[];
  readonly functions: FunctionValue[];
  /** Tables by their own names, whatever they are called in the query. */
  readonly tables: Set<string>;
  /** What was declared with sqliteView. */
  readonly sqlViews: Set<string>;
}

/** Walks a Drizzle SQL tree, subqueries included, and lists what it mentions. */
export function mentionsIn(root: unknown): Mentions {
  const mentions: Mentions = { references: [], functions: [], tables: new Set(), sqlViews: new Set() };
  visit(root, mentions, 0);
  return mentions;
}

export function hasSql(node: unknown): node is { getSQL(): SQL } {
  return (
    (typeof node === 'object' || typeof node === 'function') &&
    node !== null &&
    typeof (node as { getSQL?: unknown }).getSQL === 'function'
  );
}

/** Deeper than any query; a tree that contains itself ends there. */
const DEEPEST = 200;

function visit(node: unknown, mentions: Mentions, depth: number): void {
  if (depth > DEEPEST || node === null || node === undefined) return;
  const reference = referenceOf(node);
  if (reference !== undefined) mentions.references.push(reference);
  if (node instanceof ReferenceValue) mentions.references.push(node.reference);
  else if (node instanceof FunctionValue) mentions.functions.push(node);
  else if (Array.isArray(node)) for (const item of node) visit(item, mentions, depth + 1);
  else if (typeof node === 'object' && reference === undefined) visitEntity(node, mentions, depth + 1);
}

function visitEntity(node: object, mentions: Mentions, depth: number): void {
  if (is(node, Column)) visitEntity(node.table, mentions, depth);
  else if (is(node, Table)) mentions.tables.add(originalName(node));
  else if (is(node, View)) mentions.sqlViews.add(getViewName(node));
  else if (is(node, Param)) visit(node.value, mentions, depth);
  else if (is(node, SQL)) visit(node.queryChunks, mentions, depth);
  else if (is(node, Subquery)) visitSubquery(node, mentions, depth);
  else if (is(node, SQL.Aliased)) visit(node.sql, mentions, depth);
  else if (hasSql(node)) visitBuilder(node, mentions, depth);
}

function visitSubquery({ _: { sql, usedTables } }: Subquery, mentions: Mentions, depth: number): void {
  // Its SQL has an alias as a mere name; here Drizzle keeps the tables behind them.
  for (const table of usedTables ?? []) mentions.tables.add(table);
  visit(sql, mentions, depth);
}

/** The parts of a select that its SQL has as mere names. */
interface SelectConfig {
  readonly table?: unknown;
  readonly joins?: readonly { readonly table: unknown }[];
  readonly setOperators?: readonly { readonly rightSelect: unknown }[];
  readonly withList?: readonly unknown[];
}

function visitBuilder(node: { getSQL(): SQL }, mentions: Mentions, depth: number): void {
  const { config } = node as { readonly config?: SelectConfig };
  visit(config?.table, mentions, depth);
  visit(config?.withList, mentions, depth);
  for (const { table } of config?.joins ?? []) visit(table, mentions, depth);
  for (const { rightSelect } of config?.setOperators ?? []) visit(rightSelect, mentions, depth);
  visit(node.getSQL(), mentions, depth);
}

/** A table's own name, behind an alias. */
function originalName(table: Table): string {
  const { Symbol: symbols } = Table as unknown as { Symbol: { OriginalName: symbol } };
  return (table as unknown as Record<symbol, string>)[symbols.OriginalName] ?? getTableName(table);
}
