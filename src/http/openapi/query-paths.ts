import type { NamedQuery } from '../../projection/define.ts';
import type { Schema } from './json-schema-of-column.ts';
import { headers, jsonContent, problems } from './parts.ts';
import { componentName, embedded, schemaRef } from './schemas.ts';
import { FRESHNESS, READING_HEADERS } from './view-paths.ts';

/** `/views/rpc/<query>`: a named query, its parameters in the URL or the body. */
export function queryPath(name: string, { parameters }: NamedQuery): Schema {
  const names = Object.keys(parameters);
  const responses = {
    200: {
      description: 'The rows',
      headers: headers(...FRESHNESS),
      content: jsonContent({ type: 'array', items: { type: 'object' } }),
    },
    ...problems(400, 401, 403, 404, 406, 503),
  };
  const inQuery = names.map((parameter) => ({
    name: parameter,
    in: 'query',
    schema: schemaRef(parameterComponent(name, parameter)),
  }));
  const properties = names.map((parameter) => [parameter, schemaRef(parameterComponent(name, parameter))]);
  const body = { type: 'object', properties: Object.fromEntries(properties) as Schema };
  return {
    parameters: READING_HEADERS,
    get: { tags: ['Named queries'], summary: name, parameters: inQuery, responses },
    post: {
      tags: ['Named queries'],
      summary: name,
      requestBody: {
        content: { ...jsonContent(body), 'application/x-www-form-urlencoded': { schema: body } },
      },
      responses: { ...responses, ...problems(415) },
    },
  };
}

export function parameterSchemas(name: string, { parameters }: NamedQuery): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(parameters).map(([parameter, schema]) => {
      const component = parameterComponent(name, parameter);
      return [component, embedded(schema, component)];
    }),
  );
}

function parameterComponent(query: string, parameter: string): string {
  return componentName('parameter', `${query}.${parameter}`);
}
