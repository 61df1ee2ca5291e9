import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ProjectionistError } from '../errors.ts';
import { parseExactly } from '../exact-json.ts';
import { listed, queryProblem, shown } from './query-problem.ts';

type Schemas = Readonly<Record<string, StandardSchemaV1>>;

/**
 * Splits a query string into a named query's arguments, which go before all else, and what is asked of its rows. Throws
 * PARAMETER_INVALID for an argument that is given twice: the second may have been meant for the rows.
 */
export function splitArguments(
  schemas: Schemas,
  search: URLSearchParams,
): { given: Map<string, unknown>; rest: URLSearchParams } {
  const given = new Map<string, unknown>();
  const rest = new URLSearchParams();
  for (const [name, value] of search) {
    if (!Object.hasOwn(schemas, name)) rest.append(name, value);
    else if (given.has(name)) throw givenTwice(name);
    else given.set(name, value);
  }
  return { given, rest };
}

function givenTwice(name: string): ProjectionistError {
  return new ProjectionistError('PARAMETER_INVALID', `The parameter ${name} is given twice`, {
    hint: 'Post the parameters as a JSON object; then the query string is for the rows alone.',
    evidence: { field: name },
  });
}

/** The arguments as their schemas make them. Throws QUERY_UNKNOWN for unknown names, PARAMETER_INVALID for values. */
export async function checkArguments(
  query: string,
  schemas: Schemas,
  given: ReadonlyMap<string, unknown>,
): Promise<Record<string, unknown>> {
  for (const name of given.keys())
    if (!Object.hasOwn(schemas, name)) throw unknownArgument(query, schemas, name);
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(schemas))
    values[name] = await checkOne(query, schemas, name, schema, given.get(name));
  return values;
}

async function checkOne(
  query: string,
  schemas: Schemas,
  name: string,
  schema: StandardSchemaV1,
  given: unknown,
): Promise<unknown> {
  const result = await schema['~standard'].validate(given);
  if (result.issues === undefined) return result.value;
  // A query string has text alone: what is no text for the schema may be a number or a truth value.
  const literal = literalIn(given);
  const second = literal === undefined ? result : await schema['~standard'].validate(literal);
  if (second.issues === undefined) return second.value;
  const message = result.issues[0]?.message ?? 'it does not match its schema';
  if (given === undefined)
    throw queryProblem(
      'QUERY_UNKNOWN',
      `The query ${query} needs a parameter ${name}`,
      `Parameters: ${listed(Object.keys(schemas))}.`,
    );
  throw new ProjectionistError(
    'PARAMETER_INVALID',
    `The parameter ${name} of ${query} is not valid: ${message.slice(0, 200)}`,
    {
      hint: `Parameters: ${listed(Object.keys(schemas))}.`,
      evidence: { field: name },
    },
  );
}

function literalIn(given: unknown): unknown {
  if (typeof given !== 'string') return undefined;
  try {
    return parseExactly(given);
  } catch {
    return undefined;
  }
}

function unknownArgument(query: string, schemas: Schemas, name: string): ProjectionistError {
  return queryProblem(
    'QUERY_UNKNOWN',
    `The query ${query} has no parameter ${shown(name)}`,
    `Parameters: ${listed(Object.keys(schemas))}.`,
  );
}
