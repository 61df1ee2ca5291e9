import type { ViewColumn, ViewDescription } from '../../projection/program.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** What a value of a column looks like in JSON. */
export function columnSchema(column: ViewColumn): Schema {
  const schema = valueSchema(column);
  if (!column.isNullable || schema['type'] === undefined) return schema;
  return {
    ...schema,
    type: [schema['type'], 'null'],
    ...(column.values !== undefined && { enum: [...column.values, null] }),
  };
}

/** A whole row, as it is without `select`. */
export function rowSchema(view: ViewDescription): Schema {
  return {
    type: 'object',
    description: `A row of ${view.name}. \`select\` may leave columns out, rename them, and embed related rows.`,
    properties: Object.fromEntries(view.columns.map((column) => [column.name, columnSchema(column)])),
  };
}

function valueSchema({ kind, sqlType, values }: ViewColumn): Schema {
  switch (kind) {
    case 'text':
      return { type: 'string', ...(values !== undefined && { enum: values }) };
    case 'number':
      return { type: sqlType === 'INTEGER' ? 'integer' : 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'timestamp':
    case 'timestamp-ms':
      return { type: 'string', format: 'date-time' };
    case 'bigint':
      return { type: 'string', pattern: '^-?\\d+$' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
    case 'json':
    case 'any':
      return { description: 'any JSON' };
  }
}
