import { jsonAround } from '../../projection/column-json.ts';
import { quoteName, textLiteral } from '../../projection/literal.ts';
import type { ViewDescription } from '../../projection/program.ts';
import type { Condition } from './change-recorder.ts';
import { NOW } from './recording-program.ts';

type WriteKind = 'INSERT' | 'UPDATE' | 'DELETE';

/** The TEMP table `table` of a view's writes, and the triggers that fill it. */
export function recordingSql(view: ViewDescription, table: string, hasKey: boolean): string[] {
  const columns = [
    'position',
    ...numbered('old_key', identityOf(view)),
    ...numbered('new_key', identityOf(view)),
    ...numbered('old', view.columns),
    ...numbered('new', view.columns),
  ].join(', ');
  return [
    `CREATE TEMP TABLE ${table} (number INTEGER PRIMARY KEY, ${columns})`,
    ...(hasKey ? [`CREATE TEMP TABLE ${table}_key (${numbered('k', view.primaryKey).join(', ')})`] : []),
    ...(['INSERT', 'UPDATE', 'DELETE'] as const).map((kind) => {
      const when = hasKey ? ` WHEN ${isRow(view, table, kind)}` : '';
      const insert = `INSERT INTO ${table} (${columns}) VALUES (${writtenSql(view, kind)});`;
      return `CREATE TEMP TRIGGER ${table}_${kind.toLowerCase()} AFTER ${kind} ON main.${quoteName(view.name)}${when} BEGIN ${insert} END`;
    }),
  ];
}

/** Keeps every row from being inserted that is not the one whose key is wanted. */
export function skippingSql(view: ViewDescription, table: string): string {
  // RAISE(IGNORE) gives up the row alone: https://sqlite.org/lang_createtrigger.html#raise
  return `CREATE TEMP TRIGGER ${table}_skip BEFORE INSERT ON main.${quoteName(view.name)} WHEN NOT (${isRow(view, table, 'INSERT')}) BEGIN SELECT RAISE(IGNORE); END`;
}

/** Reads the writes as `RecordedWrite`; the values of `visible` are bound twice. */
export function readingSql(view: ViewDescription, table: string, visible: Condition | undefined): string {
  return (
    `SELECT position, ${identitySql(view, 'old')} AS identityBefore, ${identitySql(view, 'new')} AS identityAfter, ` +
    `${rowSql(view, 'old', visible)} AS before, ${rowSql(view, 'new', visible)} AS after FROM temp.${table} ORDER BY number`
  );
}

/** What tells a row from others: its key, or its number where it has none. */
function identityOf({ primaryKey }: ViewDescription): readonly string[] {
  return primaryKey.length === 0 ? ['rowid'] : primaryKey;
}

function numbered(side: string, columns: readonly unknown[]): string[] {
  return columns.map((_, at) => `${side}_${at}`);
}

function writtenSql(view: ViewDescription, kind: WriteKind): string {
  const names = view.columns.map(({ name }) => name);
  const old = kind === 'INSERT' ? undefined : 'OLD';
  const now = kind === 'DELETE' ? undefined : 'NEW';
  return [
    `(SELECT position FROM ${NOW})`,
    ...valuesOf(old, identityOf(view)),
    ...valuesOf(now, identityOf(view)),
    ...valuesOf(old, names),
    ...valuesOf(now, names),
  ].join(', ');
}

function valuesOf(side: 'OLD' | 'NEW' | undefined, names: readonly string[]): string[] {
  return names.map((name) => (side === undefined ? 'NULL' : `${side}.${quoteName(name)}`));
}

function isRow({ primaryKey }: ViewDescription, table: string, kind: WriteKind): string {
  const sides = kind === 'INSERT' ? ['NEW'] : kind === 'DELETE' ? ['OLD'] : ['OLD', 'NEW'];
  const equals = (side: string) =>
    primaryKey.map((column, at) => `${side}.${quoteName(column)} = (SELECT k_${at} FROM ${table}_key)`);
  return sides.map((side) => equals(side).join(' AND ')).join(' OR ');
}

function identitySql(view: ViewDescription, side: string): string {
  const keys = numbered(`${side}_key`, identityOf(view)).map((key) => `quote(${key})`);
  return `CASE WHEN ${side}_key_0 IS NOT NULL THEN json_array(${keys.join(', ')}) END`;
}

function rowSql(view: ViewDescription, side: string, visible: Condition | undefined): string {
  const values = view.columns.map(
    (column, at) => `${textLiteral(column.name)}, ${jsonAround(column).join(`${side}_${at}`)}`,
  );
  const isThere = `${side}_key_0 IS NOT NULL${visibleSql(view, side, visible)}`;
  return `CASE WHEN ${isThere} THEN json_object(${values.join(', ')}) END`;
}

/** The condition, on a version of the row that stands under the view's name. */
function visibleSql(view: ViewDescription, side: string, visible: Condition | undefined): string {
  if (visible === undefined) return '';
  const columns = view.columns.map(({ name }, at) => `${side}_${at} AS ${quoteName(name)}`);
  return ` AND EXISTS (SELECT 1 FROM (SELECT ${columns.join(', ')}) AS ${quoteName(view.name)} WHERE ${visible.sql})`;
}
