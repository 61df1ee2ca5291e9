import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { CountKind } from '../query/count.ts';
import type { ViewAnswer } from '../query/view-answer.ts';
import { formOf } from './accept.ts';
import { COPY_PATIENCE, markMemento, pointOf } from './as-of.ts';
import { namedQueryRoutes } from './named-queries.ts';
import { problemResponse } from './problem.ts';
import { queryPreferences } from './query-preferences.ts';
import type { Services } from './services.ts';
import { parametersOf, queryOptionsOf } from './view-request.ts';
import { viewResponse } from './view-response.ts';

/** `/views`: what there is; `/views/<view>`: its rows. */
export function viewRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/views', (c) => c.json(services.views().map((entry) => describe(entry))));
  app.get('/views/:view', async (c) => {
    const form = formOf(c.req.header('Accept'));
    const preferences = queryPreferences(c.req.header('Prefer'));
    const answer = await answerOf(c, services, preferences.count);
    return viewResponse(c, answer, form, services.head(), preferences.applied);
  });
  app.options('/views/:view', (c) => c.body(null, 204, { Allow: READING }));
  app.all('/views/:view', (c) => refuseWrite(c));
  app.route('/', namedQueryRoutes(services));
  return app;
}

const READING = 'GET, HEAD, OPTIONS';

async function answerOf(c: Context, services: Services, count: CountKind | undefined): Promise<ViewAnswer> {
  const view = c.req.param('view') as string;
  const parameters = parametersOf(c.req);
  const options = queryOptionsOf(c, services, count);
  const point = pointOf(c);
  if (point === undefined) return services.query(view, parameters, options);
  const resolved = await services.resolvePoint(point);
  const answer = await services.queryAsOf(view, parameters, resolved.position, COPY_PATIENCE, options);
  markMemento(c, point, resolved);
  return answer;
}

function describe({ view, projection }: ReturnType<Services['views']>[number]): object {
  return {
    name: view.name,
    projection,
    primaryKey: view.primaryKey,
    columns: view.columns.map(({ name, sqlType, kind, isNullable, values }) => ({
      name,
      type: sqlType.toLowerCase(),
      kind,
      nullable: isNullable,
      values,
    })),
  };
}

function refuseWrite(c: Context): Response {
  c.header('Allow', READING);
  return problemResponse(
    c,
    new ProjectionistError('METHOD_NOT_ALLOWED', 'Views are written by events alone', {
      hint: 'Append an event with POST /events.',
    }),
  );
}
