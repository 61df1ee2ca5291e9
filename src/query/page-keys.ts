import { parseExactly, writeExactly } from '../exact-json.ts';
import { isAggregated, namesOf } from './render-select.ts';
import type { Ordering, SelectedField, ViewQuery } from './view-query.ts';

/** True where a page can end in a cursor: that needs a total order, of values that JSON can carry. */
export function hasCursor(query: ViewQuery, order: readonly Ordering[]): boolean {
  return (
    query.view.primaryKey.length > 0 &&
    !isAggregated(query) &&
    order.every(
      ({ field }) => field.path.length > 0 || (field.column.kind !== 'any' && field.column.kind !== 'json'),
    )
  );
}

/**
 * The members of a row's object that have its ordering values, where all are selected as they are stored: then they need
 * not be written a second time for every row, when it is the last row's alone that are wanted.
 */
export function keyMembersOf(query: ViewQuery, keys: readonly Ordering[]): readonly string[] | undefined {
  const names = namesOf(query);
  const members = keys.flatMap((key) => {
    const selected = query.select.find((each) => each.kind === 'field' && isStored(each, key));
    return selected !== undefined && names.filter((each) => each === selected.name).length === 1
      ? [selected.name]
      : [];
  });
  return members.length === keys.length ? members : undefined;
}

/** Text and whole numbers are in a row's object as they are stored. */
function isStored({ field, cast, aggregate }: SelectedField, { field: key, embedded }: Ordering): boolean {
  if (field === undefined || cast !== undefined || aggregate !== undefined || embedded !== undefined)
    return false;
  const { kind, sqlType, name } = key.column;
  return (
    field.column.name === name &&
    field.path.length + key.path.length === 0 &&
    ((kind === 'text' && sqlType === 'TEXT') || (kind === 'number' && sqlType === 'INTEGER'))
  );
}

/** The ordering values of a row, as a JSON array. */
export function keysOf(row: string, members: readonly string[]): string {
  const values = valuesIn(JSON.parse(row), members);
  if (values.every(isExact)) return JSON.stringify(values);
  return writeExactly(valuesIn(parseExactly(row), members));
}

function valuesIn(row: unknown, members: readonly string[]): unknown[] {
  return members.map((member) => (row as Readonly<Record<string, unknown>>)[member]);
}

/** False for a number that parsing may have rounded. */
function isExact(value: unknown): boolean {
  return typeof value !== 'number' || Number.isSafeInteger(value);
}
