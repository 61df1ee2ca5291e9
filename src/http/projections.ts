import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { ProjectionStatus } from '../engine/status.ts';
import type { Services } from './services.ts';

/** `/projections`: their state, and what can be done to them. What takes long is begun, and seen in the state. */
export function projectionRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/projections', (c) => c.json(services.status()));
  app.get('/projections/:name', (c) => c.json(statusOf(c, services)));
  app.post('/projections/:name/rebuild', async (c) => {
    await services.rebuild(statusOf(c, services).name);
    return begun(c, 'rebuilding');
  });
  app.post('/projections/:name/rollback', async (c) => {
    await services.rollback(statusOf(c, services).name);
    return begun(c, 'rolling back');
  });
  return app;
}

function statusOf(c: Context, services: Services): ProjectionStatus {
  const statuses = services.status();
  const name = c.req.param('name') as string;
  const status = statuses.find((candidate) => candidate.name === name);
  if (status !== undefined) return status;
  throw new ProjectionistError('PROJECTION_UNKNOWN', 'There is no such projection', {
    hint: `Defined are: ${statuses.map((candidate) => candidate.name).join(', ') || 'none'}.`,
  });
}

/** 202 (RFC 9110, section 15.3.3): the projection's state tells how it goes on. */
function begun(c: Context, status: string): Response {
  return c.json({ status }, 202, { Location: c.req.path.replace(/\/[^/]+$/, '') });
}
