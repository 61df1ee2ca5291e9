import type { RowPolicy } from '../../projection/row-policy.ts';
import type { QueryLimits } from '../limits.ts';
import { parseQuery } from '../parse-query.ts';
import type { AskedQuery } from '../asked-query.ts';
import type { ViewAnswer } from '../view-answer.ts';
import type { QueryOptions } from '../query-view.ts';
import type { Scans } from '../scans/scans.ts';
import type { GenerationReader } from '../generation-reader.ts';
import type { ViewQuery } from '../view-query.ts';
import { keyedRows } from './keyed-rows.ts';
import type { LiveResult, LiveSource } from './live-source.ts';

/** What is asked again and again: a view, or a named query with its arguments. */
export interface Question {
  readonly projection: string;
  /** Two questions of the same identity have the same answer at the same position, for the same parameters. */
  readonly identity: string;
  /** The view whose rows, or some of their columns, are the answer's; undefined for a named query. */
  readonly view: string | undefined;
  ask(reader: GenerationReader, parameters: URLSearchParams, options: QueryOptions): AskedQuery;
}

export interface ViewSourceOptions {
  readonly question: Question;
  readonly parameters: URLSearchParams;
  readonly limits: QueryLimits;
  /** Tells callers apart that may see different rows; '' where everybody sees the same. */
  readonly mark: string;
  readonly scans: Pick<Scans, 'answer'>;
  /** Which rows the caller may see. Throws FORBIDDEN, and CLOSED where that has changed since the source was made. */
  readonly policy: () => RowPolicy | undefined;
}

/** A view or a named query, and a query string, as a source of live answers. */
export function viewSource({
  question,
  parameters,
  limits,
  mark,
  scans,
  policy,
}: ViewSourceOptions): LiveSource {
  const { projection, identity } = question;
  const asked = { view: question.view, parameters, limits };
  // The same for every evaluation on a generation, of which there may be thousands.
  let prepared: Prepared | undefined;
  const preparedFor = (reader: GenerationReader): Prepared => {
    if (prepared?.reader !== reader) prepared = prepare(reader, asked);
    return prepared;
  };
  const ask = (reader: GenerationReader): AskedQuery =>
    question.ask(reader, preparedFor(reader).parameters, { limits, policy: policy() });
  const resultOf = (found: ViewAnswer, { key }: Prepared): LiveResult =>
    key === undefined ? whole(found) : keyed(found, key);
  return {
    projection,
    identity: JSON.stringify([projection, identity, parameters.toString(), mark]),
    mark,
    evaluate: (reader) => {
      const found = scans.answer(() => ask(reader));
      const way = preparedFor(reader);
      return found instanceof Promise ? found.then((late) => resultOf(late, way)) : resultOf(found, way);
    },
  };
}

type Asked = Pick<ViewSourceOptions, 'parameters' | 'limits'> & Pick<Question, 'view'>;

interface Prepared {
  readonly reader: GenerationReader;
  readonly key: readonly string[] | undefined;
  readonly parameters: URLSearchParams;
}

function prepare(reader: GenerationReader, asked: Asked): Prepared {
  const key = keyOf(reader, asked);
  return { reader, key, parameters: key === undefined ? asked.parameters : withKey(asked.parameters, key) };
}

/**
 * The columns that tell the rows of the result apart; undefined where none do: the view has no key, or the rows of the
 * result are not those of the view.
 */
function keyOf(reader: GenerationReader, { view, parameters, limits }: Asked): readonly string[] | undefined {
  const { views } = reader.generation.program;
  const description = views.find(({ name }) => name === view);
  if (description === undefined || description.primaryKey.length === 0) return undefined;
  if (!parameters.has('select')) return description.primaryKey;
  const query = parseQuery([...parameters], description, views, limits);
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

type Rows = Pick<ViewAnswer, 'body' | 'position'>;

function whole({ body, position }: Rows): LiveResult {
  const text = body.replaceAll('\n', '');
  return { position, keyed: undefined, characters: text.length, text: () => text };
}

/** Cuts the text of an answer into rows and their keys, without reading numbers that JavaScript would round. */
function keyed({ body, position }: Rows, key: readonly string[]): LiveResult {
  const rows = body === '[]' ? [] : body.slice(1, -1).split(',\n');
  const found = keyedRows(rows.map((row) => cutKey(row, key)));
  const text = (): string => `[${[...found.rows.values()].join(',')}]`;
  return { position, keyed: found, characters: body.length, text };
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
