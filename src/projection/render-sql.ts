import { is, Placeholder, type SQL } from 'drizzle-orm';
import { CasingCache } from 'drizzle-orm/casing';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import { literal, quoteName, textLiteral } from './literal.ts';
import { FunctionValue } from './pure-function.ts';
import { describeReference, type Reference, type ReferenceForm, ReferenceValue } from './reference.ts';
import { onOneLine } from './sql-tokens.ts';
import { hasSql } from './sql-tree.ts';
import { referenceOf } from './symbolic-event.ts';

/** Writes a reference in the target's language. */
export type ReferenceWriter = (reference: Reference, form: ReferenceForm) => string;

/**
 * A dialect for one statement. One that is kept remembers tables' columns by the table's name, and knows nothing of those
 * that another definition gives to a table of that name: a changed one in the same process.
 */
export function newDialect(): SQLiteSyncDialect {
  return new SQLiteSyncDialect();
}

/** How functions of `fn` are called in SQL; the prefix keeps them apart from SQLite's own. */
export function functionName(name: string): string {
  return `fn_${name.toLowerCase()}`;
}

/** Writes a Drizzle SQL tree as text, with every value inlined: a trigger cannot have parameters. */
export function renderSql(tree: SQL, writeReference: ReferenceWriter): string {
  const write = (value: unknown): string => {
    if (value instanceof ReferenceValue) return writeReference(value.reference, value.form);
    if (value instanceof FunctionValue) return functionName(value.name);
    const reference = referenceOf(value);
    if (reference !== undefined) return writeReference(reference, 'value');
    if (is(value, Placeholder)) {
      throw new ProjectionistError(
        'DEFINITION_INVALID',
        `A statement contains sql.placeholder(${JSON.stringify(value.name)})`,
        {
          hint: 'Use a path of the event, such as e.data.orderId.',
        },
      );
    }
    return hasSql(value) ? `(${renderSql(value.getSQL(), writeReference)})` : literal(value);
  };
  return toText(tree, write);
}

/** The same with column names that stand alone, as constraints, indexes and generated columns need them. */
export function renderSchemaSql(tree: SQL): string {
  return toText(tree, literal, 'indexes');
}

/** A statement for a reader: as Drizzle would write it, with the paths of the event as they were written. */
export function describeSql(tree: SQL): string {
  // A statement that cannot be written, or not with its values, may be the very thing that is being reported.
  return attempt(() => renderSql(tree, describeReference)) ?? attempt(() => toText(tree, () => '?')) ?? '…';
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function toText(tree: SQL, write: (value: unknown) => string, invokeSource?: 'indexes'): string {
  const { sql } = tree.toQuery({
    casing: new CasingCache(),
    escapeName: quoteName,
    escapeParam: (_, value) => write(value),
    escapeString: textLiteral,
    invokeSource,
  });
  return onOneLine(sql);
}
