import { parseQuery } from './parse-query.ts';
import { renderQuery } from './render-query.ts';
import { type Row, rowDecoder } from './rows.ts';
import type { ViewDescription } from '../projection/program.ts';
import type { GenerationReader, ViewReaders } from './view-readers.ts';

/** The answer to a view query, all of one position. */
export interface ViewAnswer {
  readonly projection: string;
  readonly generation: number;
  readonly position: number;
  readonly rows: Row[];
}

/** Answers a query string on a view. Throws VIEW_UNKNOWN, COLUMN_UNKNOWN or QUERY_INVALID. */
export function queryView(readers: ViewReaders, name: string, parameters: URLSearchParams): ViewAnswer {
  return queryReader(readers.ofView(name).reader, name, parameters);
}

/** The same on one generation. */
export function queryReader(reader: GenerationReader, name: string, parameters: URLSearchParams): ViewAnswer {
  const view = reader.generation.program.views.find(
    (candidate) => candidate.name === name,
  ) as ViewDescription;
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
