import { ProjectionistError } from '../errors.ts';
import type { NamedQuery, Projection } from '../projection/define.ts';
import { nearest } from '../nearest.ts';
import { checkArguments } from './arguments.ts';
import type { AskedQuery } from './asked-query.ts';
import { writeExactly } from '../exact-json.ts';
import { listed, queryProblem, shown } from './query-problem.ts';
import { askSource, type QueryOptions } from './query-view.ts';
import { selectSource } from './select-source.ts';
import type { GenerationReader } from './generation-reader.ts';

/** A named query, found. */
export interface FoundQuery {
  readonly projection: string;
  readonly name: string;
  readonly query: NamedQuery;
}

/** A named query with arguments that are checked: it can be asked of any generation, and again. */
export interface NamedCall {
  readonly projection: string;
  readonly name: string;
  /** Two calls of the same identity have the same rows at the same position, for the same rest of the query string. */
  readonly identity: string;
  /** The call, planned and not yet run. */
  ask(reader: GenerationReader, parameters: URLSearchParams, options: QueryOptions): AskedQuery;
}

/** Finds a query by its name, which no two definitions share. Throws QUERY_UNKNOWN. */
export function findQuery(projections: readonly Projection[], name: string): FoundQuery {
  for (const projection of projections) {
    const query = Object.hasOwn(projection.queries, name) ? projection.queries[name] : undefined;
    if (query !== undefined) return { projection: projection.name, name, query };
  }
  const names = projections.flatMap(({ queries }) => Object.keys(queries));
  const guess = nearest(name.slice(0, 64), names);
  throw queryProblem(
    'QUERY_UNKNOWN',
    `There is no query ${shown(name)}`,
    `${guess === undefined ? '' : `Did you mean ${guess}? `}Queries: ${listed(names)}.`,
  );
}

/** Checks the arguments of a call. Throws QUERY_UNKNOWN for names that it does not have, and PARAMETER_INVALID. */
export async function callOf(
  { projection, name, query }: FoundQuery,
  given: ReadonlyMap<string, unknown>,
): Promise<NamedCall> {
  const values = await checkArguments(name, query.parameters, given);
  const ask: NamedCall['ask'] = (reader, parameters, options) => {
    const source = selectSource(reader, name, query, values);
    try {
      return askSource(reader, source, parameters, options);
    } catch (error) {
      throw isOlder(error) ? notYet(name, projection) : error;
    }
  };
  return {
    projection,
    name,
    identity: writeExactly([projection, name, [...given]]),
    ask,
  };
}

/** The definition is newer than the generation that answers, which lacks what the query reads. */
function isOlder(error: unknown): boolean {
  return error instanceof Error && /^no such (table|column)/.test(error.message);
}

function notYet(name: string, projection: string): ProjectionistError {
  return new ProjectionistError(
    'PROJECTION_NOT_READY',
    `${projection} cannot answer ${name} before it is built anew`,
    {
      hint: 'Ask again when the build is done.',
      evidence: { projection },
    },
  );
}
