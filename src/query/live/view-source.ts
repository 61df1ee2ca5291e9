import type { ViewDescription } from '../../projection/program.ts';
import { queryReader } from '../query-view.ts';
import { keyedRows } from './keyed-rows.ts';
import type { LiveSource } from './live-source.ts';

/** A query string on a view, as a source of live answers. */
export function viewSource(projection: string, name: string, parameters: URLSearchParams): LiveSource {
  return {
    projection,
    identity: JSON.stringify([projection, name, parameters.toString()]),
    evaluate: (reader) => {
      const { rows, position } = queryReader(reader, name, parameters);
      const view = reader.generation.program.views.find(
        (candidate) => candidate.name === name,
      ) as ViewDescription;
      const keyed = view.primaryKey.length === 0 ? undefined : keyedRows(rows, view.primaryKey);
      return {
        position,
        keyed,
        text: () => (keyed === undefined ? JSON.stringify(rows) : `[${[...keyed.rows.values()].join(',')}]`),
      };
    },
  };
}
