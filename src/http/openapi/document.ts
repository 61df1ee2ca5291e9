import type { Definitions } from '../../projection/load.ts';
import type { ViewDescription } from '../../projection/program.ts';
import { EVENT_PATHS } from './event-paths.ts';
import type { Schema } from './json-schema-of-column.ts';
import { OPERATION_PATHS } from './operation-paths.ts';
import { HEADERS } from './parts.ts';
import { parameterSchemas, queryPath } from './query-paths.ts';
import { REBUILD_PATHS } from './rebuild-paths.ts';
import { eventSchemas, FIXED_SCHEMAS } from './schemas.ts';
import { TRACE_PATHS } from './trace-path.ts';
import { viewPath, viewSchemas } from './view-paths.ts';

export interface OpenApiSource {
  readonly definitions: Definitions;
  /** The views that answer now. */
  readonly views: readonly ViewDescription[];
  /** The path that the app is mounted under. */
  readonly mount: string;
  readonly needsToken: boolean;
}

/** The API as it now is, as an OpenAPI document (https://spec.openapis.org/oas/v3.1.1.html). */
export function openApiDocument({ definitions, views, mount, needsToken }: OpenApiSource) {
  const queries = definitions.projections.flatMap(({ compiled }) =>
    Object.entries(compiled.definition.queries),
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'Projectionist',
      version: '1',
      description: 'Events in, views out. Every error is `application/problem+json`.',
    },
    servers: [{ url: mount === '' ? '/' : mount }],
    ...(needsToken && { security: [{ bearer: [] }] }),
    tags: ['Views', 'Named queries', 'Events', 'Projections', 'Health'].map((name) => ({ name })),
    paths: {
      ...Object.fromEntries(views.map((view) => [`/views/${encodeURIComponent(view.name)}`, viewPath(view)])),
      ...Object.fromEntries(
        queries.map(([name, query]) => [`/views/rpc/${encodeURIComponent(name)}`, queryPath(name, query)]),
      ),
      ...TRACE_PATHS,
      ...EVENT_PATHS,
      ...OPERATION_PATHS,
      ...REBUILD_PATHS,
    } as Record<string, Schema>,
    components: {
      schemas: {
        ...FIXED_SCHEMAS,
        ...eventSchemas(definitions.catalogue),
        ...viewSchemas(views),
        ...Object.assign({}, ...queries.map(([name, query]) => parameterSchemas(name, query))),
      } as Record<string, Schema>,
      headers: HEADERS,
      ...(needsToken && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;
