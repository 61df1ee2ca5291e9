import { type Context, Hono } from 'hono';
import { begun } from './begun.ts';
import { ProjectionistError } from '../errors.ts';
import { describeProgram } from '../projection/describe-program.ts';
import type { ProjectionStatus } from '../engine/status.ts';
import type { Services } from './services.ts';

/** `/projections`: their state, and what can be done to them. What takes long is begun, and seen in the state. */
export function projectionRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/projections', (c) => c.json(services.status()));
  app.get('/projections/:name', (c) => c.json(statusOf(c, services)));
  app.get('/projections/:name/program', (c) => {
    const { name } = statusOf(c, services);
    const found = services
      .definitions()
      .projections.find(({ compiled }) => compiled.program.projection === name);
    if (found === undefined)
      throw new ProjectionistError('NOT_FOUND', 'This projection is not defined any more');
    return c.json(describeProgram(found.compiled.program));
  });
  app.post('/projections/:name/rebuild', async (c) => {
    await begun(services.operate(statusOf(c, services).name, 'rebuild'));
    return accepted(c, 'rebuilding');
  });
  app.post('/projections/:name/rollback', async (c) => {
    await begun(services.operate(statusOf(c, services).name, 'rollback'));
    return accepted(c, 'rolling back');
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
function accepted(c: Context, status: string): Response {
  return c.json({ status }, 202, { Location: c.req.path.replace(/\/[^/]+$/, '') });
}
