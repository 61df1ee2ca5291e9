import type { ViewDescription } from '../../projection/program.ts';
import { type Schema, rowSchema } from './json-schema-of-column.ts';
import { headerParameter, headers, jsonContent, problems, queryParameter } from './parts.ts';
import { componentName, schemaRef } from './schemas.ts';

const RESERVED = ['select', 'order', 'limit', 'offset', 'and', 'or', 'not.and', 'not.or'];
const OPERATORS = 'eq, neq, gt, gte, lt, lte, like, ilike, in, is; not. before any of them';

/** How a request says which rows it wants to see, and as of when. */
export const READING_HEADERS: readonly Schema[] = [
  headerParameter(
    'Prefer',
    'count=exact|planned|estimated, handling=strict, min-position=…, wait=…, as-of=…, timezone=UTC',
    'min-position=1234, wait=5',
  ),
  headerParameter('Accept-Datetime', 'the rows as they were at a time (RFC 7089)'),
  headerParameter('If-None-Match', 'answers 304 while the view has not moved on'),
];

export const FRESHNESS = [
  'Projection-Position',
  'Projection-Lag',
  'Projection-Generation',
  'Projection-Parked',
  'Preference-Applied',
  'Memento-Datetime',
] as const;

/** `/views/<view>`: PostgREST's read dialect on one view. */
export function viewPath(view: ViewDescription): Schema {
  const row = schemaRef(viewComponent(view));
  const columns = view.columns.filter(({ name }) => !RESERVED.includes(name));
  const answer = {
    description: 'The rows',
    headers: headers(...FRESHNESS, 'ETag', 'Content-Range', 'Link'),
    content: {
      ...jsonContent({ type: 'array', items: row }),
      'application/vnd.pgrst.object+json': { schema: row },
      'text/csv': { schema: { type: 'string' } },
      'text/event-stream': { schema: { type: 'string', description: 'the rows, then their changes' } },
    },
  };
  return {
    parameters: [
      queryParameter('select', 'columns, renamed ones, JSON paths and related views', {
        type: 'string',
        default: '*',
      }),
      queryParameter('order', 'columns, with .asc or .desc and .nullsfirst or .nullslast'),
      queryParameter('limit', 'at most so many rows', { type: 'integer', minimum: 0 }),
      queryParameter('offset', 'rows to pass over', { type: 'integer', minimum: 0 }),
      queryParameter('and', 'conditions that all hold: (a.eq.1,b.gt.2)'),
      queryParameter('or', 'conditions of which one holds: (a.eq.1,b.gt.2)'),
      ...columns.map(({ name, values }) =>
        queryParameter(
          name,
          `a condition like eq.value: ${OPERATORS}${values ? `. Values: ${values.join(', ')}` : ''}`,
        ),
      ),
      ...READING_HEADERS,
      headerParameter('Range', 'rows by number, like 0-24'),
    ],
    get: {
      tags: ['Views'],
      summary: `Rows of ${view.name}`,
      responses: {
        200: answer,
        206: { ...answer, description: 'A part of the rows' },
        304: { description: 'Nothing has changed' },
        ...problems(400, 401, 403, 404, 406, 416, 503),
      },
    },
    head: {
      tags: ['Views'],
      summary: `How many rows ${view.name} has, and how fresh they are`,
      responses: {
        200: { description: 'As GET, without the rows', headers: answer.headers },
        ...problems(400, 503),
      },
    },
  };
}

export function viewComponent(view: ViewDescription): string {
  return componentName('row', view.name);
}

export function viewSchemas(views: readonly ViewDescription[]): Record<string, Schema> {
  return Object.fromEntries(views.map((view) => [viewComponent(view), rowSchema(view)]));
}
