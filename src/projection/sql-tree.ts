import { Column, is, Param, SQL, Subquery, Table, View } from 'drizzle-orm';
import { FunctionValue } from './pure-function.ts';
import { type Reference, ReferenceValue } from './reference.ts';
import { referenceOf } from './symbolic-event.ts';

/** What a Drizzle SQL tree mentions. */
export interface Mentions {
  readonly references: Reference[];
  readonly functions: FunctionValue[];
  readonly tables: Table[];
  readonly sqlViews: View[];
}

/** Walks a Drizzle SQL tree, subqueries included, and lists what it mentions. */
export function mentionsIn(root: unknown): Mentions {
  const mentions: Mentions = { references: [], functions: [], tables: [], sqlViews: [] };
  visit(root, mentions, 0);
  return mentions;
}

const DEEPEST = 200;

function visit(node: unknown, mentions: Mentions, depth: number): void {
  if (depth > DEEPEST || node === null || node === undefined) return;
  const reference = referenceOf(node);
  if (reference !== undefined) mentions.references.push(reference);
  else if (node instanceof ReferenceValue) mentions.references.push(node.reference);
  else if (node instanceof FunctionValue) mentions.functions.push(node);
  else if (Array.isArray(node)) for (const item of node) visit(item, mentions, depth + 1);
  else if (typeof node === 'object') visitEntity(node, mentions, depth + 1);
}

function visitEntity(node: object, mentions: Mentions, depth: number): void {
  if (is(node, Column)) mentions.tables.push(node.table);
  else if (is(node, Table)) mentions.tables.push(node);
  else if (is(node, View)) mentions.sqlViews.push(node);
  else if (is(node, Param)) visit(node.value, mentions, depth);
  else if (is(node, SQL)) visit(node.queryChunks, mentions, depth);
  else if (is(node, Subquery)) visit(node._.sql, mentions, depth);
  else if (is(node, SQL.Aliased)) visit(node.sql, mentions, depth);
  else if (hasSql(node)) visit(node.getSQL(), mentions, depth);
}

export function hasSql(node: unknown): node is { getSQL(): SQL } {
  return (
    (typeof node === 'object' || typeof node === 'function') &&
    node !== null &&
    typeof (node as { getSQL?: unknown }).getSQL === 'function'
  );
}
