import { is, SQL } from 'drizzle-orm';
import {
  SQLiteDeleteBase,
  SQLiteInsertBase,
  type SQLiteTable,
  SQLiteUpdateBase,
} from 'drizzle-orm/sqlite-core';
import { ProjectionistError } from '../errors.ts';
import type { AnyPath, EventPath } from './event-path.ts';

/** A Drizzle insert, update or delete, as far as a program needs it: it can render itself. */
export interface WritingStatement {
  getSQL(): SQL;
  readonly _: { readonly table: SQLiteTable };
}

/** What a handler may return. */
export type Statement = WritingStatement | ForEach | When | Must;
export type Statements = Statement | readonly Statements[];

/** Statements that are applied to each item of an array, in order. */
export class ForEach {
  readonly array: SQL;
  readonly body: (item: AnyPath, index: SQL<number>) => Statements;
  constructor(array: SQL, body: (item: AnyPath, index: SQL<number>) => Statements) {
    this.array = array;
    this.body = body;
  }
}

/** Statements that are applied where a condition is true. */
export class When {
  readonly condition: SQL;
  readonly statements: Statements;
  constructor(condition: SQL, statements: Statements) {
    this.condition = condition;
    this.statements = statements;
  }
}

/** A statement that must change at least one row. */
export class Must {
  readonly statement: WritingStatement;
  constructor(statement: WritingStatement) {
    this.statement = statement;
  }
}

type ItemOf<T> = [ItemIn<NonNullable<T>>] extends [never] ? unknown : ItemIn<NonNullable<T>>;
type ItemIn<T> = T extends readonly (infer Item)[]
  ? Item
  : T extends Readonly<Record<string, infer Value>>
    ? Value
    : never;

/**
 * Applies `body`'s statements to each item of a JSON array, in order. For a JSON object the items are its values, and
 * `index` is the key. A missing array has no items.
 */
export function forEach<T>(
  array: SQL<T>,
  body: (item: EventPath<ItemOf<T>>, index: SQL<number>) => Statements,
): ForEach {
  if (!is(array, SQL)) {
    throw wrong(
      'forEach',
      'its first argument is no path of the event',
      'Write forEach(e.data.items, (item) => …).',
    );
  }
  if (typeof body !== 'function')
    throw wrong('forEach', 'its second argument is no function', 'Write forEach(e.data.items, (item) => …).');
  return new ForEach(array, body as ForEach['body']);
}

/** Applies `statements` where `condition` is true; neither false nor NULL is true, as in SQL. */
export function when(condition: SQL | undefined, statements: Statements): When {
  if (!is(condition, SQL)) {
    throw wrong(
      'when',
      'its condition is a JavaScript value, decided once at load',
      "Write when(eq(e.data.kind, 'gift'), …) or when(sql`…`, …).",
    );
  }
  return new When(condition, statements);
}

/** Makes an update, delete or insert that changes no row an error, which the projection then reports. */
export function must(statement: WritingStatement): Must {
  if (operationOf(statement) === undefined)
    throw wrong('must', 'it takes one insert, update or delete', 'Write must(db.update(…).set(…).where(…)).');
  return new Must(statement);
}

export type Operation = 'insert' | 'update' | 'delete';

/** Which kind of Drizzle statement a value is; undefined for a select, an unfinished builder and everything else. */
export function operationOf(value: unknown): Operation | undefined {
  if (is(value, SQLiteInsertBase)) return 'insert';
  if (is(value, SQLiteUpdateBase)) return 'update';
  return is(value, SQLiteDeleteBase) ? 'delete' : undefined;
}

function wrong(construct: string, what: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `${construct}(): ${what}`, { hint });
}
