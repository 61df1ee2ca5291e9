import type { ViewColumn } from './program.ts';

/**
 * How a stored value becomes JSON, as an argument of json_object(): SQL in parts, between which the value stands. NULL
 * stays NULL.
 */
export function jsonAround(column: Pick<ViewColumn, 'kind' | 'sqlType'>): readonly string[] {
  switch (column.kind) {
    case 'boolean':
      return ['json(CASE ', " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"];
    case 'timestamp':
      return ["coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ", ", 'unixepoch'), ", ')'];
    case 'timestamp-ms':
      return ["coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ", " / 1000.0, 'unixepoch'), ", ')'];
    case 'json':
      return column.sqlType === 'BLOB'
        ? [
            'CASE WHEN json_valid(CAST(',
            ' AS TEXT)) THEN json(CAST(',
            ' AS TEXT)) ELSE CAST(',
            ' AS TEXT) END',
          ]
        : ['CASE WHEN json_valid(', ') THEN json(', ') ELSE ', ' END'];
    case 'bigint':
      return ['CAST(', ' AS TEXT)'];
    case 'bytes':
      return ['CASE WHEN ', " IS NOT NULL THEN '\\x' || lower(hex(", ')) END'];
    default:
      return column.sqlType === 'ANY' || column.sqlType === 'BLOB'
        ? ['CASE typeof(', ") WHEN 'blob' THEN '\\x' || lower(hex(", ')) ELSE ', ' END']
        : ['', ''];
  }
}
