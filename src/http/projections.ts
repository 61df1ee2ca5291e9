import { type Context, Hono } from 'hono';
import { begun } from './begun.ts';
import { callerOf } from './caller.ts';
import { ProjectionistError } from '../errors.ts';
import { describeProgram } from '../projection/describe-program.ts';
import type { ProjectionStatus } from '../engine/states/status.ts';
import { reasonIn } from './reason.ts';
import { rebuildRoutes } from './rebuild.ts';
import type { Services } from './services.ts';
import { pathOf } from './path-of.ts';

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
  for (const [operation, status] of Object.entries(BEGUN)) {
    app.post(`/projections/:name/${operation}`, async (c) => {
      await begun(services.operate(statusOf(c, services).name, operation as keyof typeof BEGUN));
      return accepted(c, status);
    });
  }
  app.route('/', rebuildRoutes(services));
  app.post('/projections/:name/pause', async (c) => {
    const { name } = statusOf(c, services);
    await services.operate(name, 'pause', { by: callerOf(c).name, reason: await reasonIn(c) });
    return c.json(statusOf(c, services));
  });
  app.post('/projections/:name/resume', async (c) => {
    await services.operate(statusOf(c, services).name, 'resume');
    return c.json(statusOf(c, services));
  });
  return app;
}

/** What takes long, and what is said of it when it has begun. */
const BEGUN = { rollback: 'rolling back', reset: 'resetting' } as const;

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
  return c.json({ status }, 202, { Location: pathOf(c).replace(/\/[^/]+$/, '') });
}
