import type { RowPolicy } from '../../projection/row-policy.ts';
import type { ViewDescription } from '../../projection/program.ts';
import type { QueryLimits } from '../limits.ts';
import { parseQuery } from '../parse-query.ts';
import { queryReader } from '../query-view.ts';
import type { GenerationReader } from '../view-readers.ts';
import type { ViewQuery } from '../view-query.ts';
import { keyedRows } from './keyed-rows.ts';
import type { LiveResult, LiveSource } from './live-source.ts';

export interface ViewSourceOptions {
  readonly projection: string;
  readonly view: string;
  readonly parameters: URLSearchParams;
  readonly limits: QueryLimits;
  /** Tells callers apart that may see different rows. */
  readonly caller: string;
  /** Which rows the caller may see, by the definitions as they are now. Throws FORBIDDEN. */
  readonly policy: () => RowPolicy | undefined;
}

/** A query string on a view, as a source of live answers. */
export function viewSource({
  projection,
  view,
  parameters,
  limits,
  caller,
  policy,
}: ViewSourceOptions): LiveSource {
  const asked = { view, parameters, limits };
  return {
    projection,
    identity: JSON.stringify([projection, view, parameters.toString(), caller]),
    evaluate: (reader) => {
      const key = keyOf(reader, asked);
      const options = { limits, policy: policy() };
      if (key === undefined) return whole(queryReader(reader, view, parameters, options));
      const { body, position } = queryReader(reader, view, withKey(parameters, key), options);
      return keyed(position, body, key);
    },
  };
}

type Asked = Pick<ViewSourceOptions, 'view' | 'parameters' | 'limits'>;

/**
 * The columns that tell the rows of the result apart; undefined where none do: the view has no key, or the rows of the
 * result are not those of the view.
 */
function keyOf(reader: GenerationReader, { view, parameters, limits }: Asked): readonly string[] | undefined {
  const { views } = reader.generation.program;
  const description = views.find(({ name }) => name === view);
  if (description === undefined || description.primaryKey.length === 0) return undefined;
  if (!parameters.has('select')) return description.primaryKey;
  const query = parseQuery([...parameters], description as ViewDescription, views, limits);
  return isAggregate(query) ? undefined : description.primaryKey;
}

function isAggregate({ select }: ViewQuery): boolean {
  return select.some((each) =>
    each.kind === 'field' ? each.aggregate !== undefined : each.isSpread && isAggregate(each.query),
  );
}

/** Under names that no view has, and last, so that they can be cut off from a row's text. */
const KEY = 'projectionist_key_';

function withKey(parameters: URLSearchParams, key: readonly string[]): URLSearchParams {
  const selected = parameters.get('select') ?? '';
  const columns = key.map((column, index) => `${KEY}${index}:"${column}"`);
  const extended = new URLSearchParams(parameters);
  extended.set('select', [selected === '' ? '*' : selected, ...columns].join(','));
  return extended;
}

function whole({ body, position }: { readonly body: string; readonly position: number }): LiveResult {
  const text = body.replaceAll('\n', '');
  return { position, keyed: undefined, text: () => text };
}

/** Cuts the text of an answer into rows and their keys, without reading numbers that JavaScript would round. */
function keyed(position: number, body: string, key: readonly string[]): LiveResult {
  const rows = body === '[]' ? [] : body.slice(1, -1).split(',\n');
  const found = keyedRows(rows.map((row) => cutKey(row, key)));
  return { position, keyed: found, text: () => `[${[...found.rows.values()].join(',')}]` };
}

/** `{"id":"A","projectionist_key_0":"A"}` as `{"id":"A"}` twice: once as a row, and once as its key. */
function cutKey(text: string, key: readonly string[]): { readonly row: string; readonly key: string } {
  // Within a JSON string this would be written with backslashes: it is found nowhere but where it stands.
  const at = text.lastIndexOf(`,"${KEY}0":`);
  const names = key.reduce(
    (rest, column, index) => rest.replace(`"${KEY}${index}":`, () => `${JSON.stringify(column)}:`),
    text.slice(at + 1),
  );
  return { row: `${text.slice(0, at)}}`, key: `{${names}` };
}
