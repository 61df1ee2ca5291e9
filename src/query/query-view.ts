import { parseQuery } from './parse-query.ts';
import { renderQuery } from './render-query.ts';
import { type Row, rowDecoder } from './rows.ts';
import type { ViewReaders } from './view-readers.ts';

/** The answer to a view query, all of one position. */
export interface ViewAnswer {
  readonly projection: string;
  readonly generation: number;
  readonly position: number;
  readonly rows: Row[];
}

/** Answers a query string on a view. Throws VIEW_UNKNOWN, COLUMN_UNKNOWN or QUERY_INVALID. */
export function queryView(readers: ViewReaders, name: string, parameters: URLSearchParams): ViewAnswer {
  const { reader, view } = readers.ofView(name);
  const { sql, values } = renderQuery(parseQuery(parameters, view), view);
  const statement = reader.prepare(sql);
  const decode = rowDecoder(view);
  return reader.snapshot(() => {
    const rows = statement.all(...values) as Row[];
    const { projection, number } = reader.generation;
    return {
      projection,
      generation: number,
      position: reader.position(),
      rows: decode === undefined ? rows : rows.map(decode),
    };
  });
}
