import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { ViewAnswer } from '../query/query-view.ts';
import { COPY_PATIENCE, markMemento, pointOf, varyByPoint } from './as-of.ts';
import { problemResponse } from './problem.ts';
import type { Services } from './services.ts';

/** `/views`: what there is; `/views/<view>`: its rows. */
export function viewRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/views', (c) => c.json(services.views().map((entry) => describe(entry))));
  app.get('/views/:view', async (c) => {
    const answer = await answerOf(c, services);
    varyByPoint(c);
    c.header('Projection-Position', String(answer.position));
    c.header('Projection-Lag', String(Math.max(0, services.head() - answer.position)));
    c.header('Projection-Generation', `${answer.projection}-${answer.generation}`);
    return c.json(answer.rows);
  });
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], '/views/:view', (c) => refuseWrite(c));
  return app;
}

async function answerOf(c: Context, services: Services): Promise<ViewAnswer> {
  const view = c.req.param('view') as string;
  const parameters = new URL(c.req.url).searchParams;
  const point = pointOf(c);
  if (point === undefined) return services.query(view, parameters);
  const resolved = await services.resolvePoint(point);
  const answer = await services.queryAsOf(view, parameters, resolved.position, COPY_PATIENCE);
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
  c.header('Allow', 'GET, HEAD');
  return problemResponse(
    c,
    new ProjectionistError('METHOD_NOT_ALLOWED', 'Views are written by events alone', {
      hint: 'Append an event with POST /events.',
    }),
  );
}
