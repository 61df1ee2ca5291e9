import { jsonAround } from '../projection/column-json.ts';
import type { ViewColumn } from '../projection/program.ts';
import { between, bound, type Fragment, fragment, name } from './fragment.ts';
import type { Field, JsonStep } from './view-query.ts';

/** A column of the table that stands under `alias`. */
export function columnSql(alias: Fragment, column: ViewColumn): Fragment {
  return fragment`${alias}.${name(column.name)}`;
}

/** A field as SQLite compares and orders it: the stored value, or the JSON value as SQL has it. */
export function valueSql(alias: Fragment, field: Field): Fragment {
  if (field.path.length > 0) return field.isText ? jsonTextSql(alias, field) : jsonValueSql(alias, field);
  const column = columnSql(alias, field.column);
  return isDigits(field.column) ? fragment`projectionist_bigint_key(${column})` : column;
}

/** True for the digits of a bigint() column: their order as bytes is not the order of the numbers. */
export function isDigits({ kind, sqlType }: ViewColumn): boolean {
  return kind === 'bigint' && sqlType === 'BLOB';
}

/** The type of what is at a path: 'integer', 'text', …; NULL where nothing is. */
export function jsonTypeSql(alias: Fragment, field: Field): Fragment {
  return fragment`json_type(${jsonSql(alias, field.column)}, ${bound(jsonPath(field.path))})`;
}

export function jsonValueSql(alias: Fragment, field: Field): Fragment {
  return fragment`json_extract(${jsonSql(alias, field.column)}, ${bound(jsonPath(field.path))})`;
}

/** What is at a path, as JSON. */
export function jsonAtSql(alias: Fragment, field: Field): Fragment {
  return fragment`(${jsonSql(alias, field.column)} -> ${bound(jsonPath(field.path))})`;
}

/** `->>` of PostgreSQL: text, `true` and `false` among it. What is joined is no JSON any more, as what CAST gives would be. */
function jsonTextSql(alias: Fragment, field: Field): Fragment {
  const type = jsonTypeSql(alias, field);
  return fragment`CASE ${type} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE ${jsonValueSql(alias, field)} || '' END`;
}

/** A JSON column's text, or NULL where it is none: SQLite's JSON functions fail on anything else. */
export function jsonSql(alias: Fragment, column: ViewColumn): Fragment {
  const text = textOfJson(alias, column);
  return fragment`CASE WHEN json_valid(${text}) THEN ${text} END`;
}

export function textOfJson(alias: Fragment, column: ViewColumn): Fragment {
  const stored = columnSql(alias, column);
  return column.sqlType === 'BLOB' ? fragment`CAST(${stored} AS TEXT)` : stored;
}

/** A path in SQLite's notation, which takes members' names in JSON's quotes. */
function jsonPath(path: readonly JsonStep[]): string {
  return path.reduce<string>((text, step) => text + stepText(step), '$');
}

function stepText(step: JsonStep): string {
  if (typeof step === 'string') return `.${JSON.stringify(step)}`;
  return step < 0 ? `[#${step}]` : `[${step}]`;
}

/** A column's value as JSON has it, for an argument of json_object(). NULL stays NULL. */
export function columnJson(alias: Fragment, column: ViewColumn): Fragment {
  return jsonOf(columnSql(alias, column), column, alias);
}

/** A value of a column's kind, such as the column's greatest, as JSON has it. */
export function jsonOf(value: Fragment, column: ViewColumn, alias: Fragment): Fragment {
  const shown = column.kind === 'json' ? columnSql(alias, column) : value;
  return between(jsonAround(column), shown);
}
