import { Hono } from 'hono';
import type { Services } from './services.ts';

/** `/projections`: their state, and what can be done to them. What takes long is begun, and seen in the state. */
export function projectionRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/projections', (c) => c.json(services.status()));
  app.get('/projections/:name', (c) => {
    const status = services.status().find(({ name }) => name === c.req.param('name'));
    return status === undefined ? c.notFound() : c.json(status);
  });
  app.post('/projections/:name/rebuild', (c) => {
    services.rebuild(c.req.param('name'));
    return c.json({ status: 'rebuilding' }, 202, { Location: `/projections/${c.req.param('name')}` });
  });
  app.post('/projections/:name/rollback', (c) => {
    services.rollback(c.req.param('name'));
    return c.json({ status: 'rolling back' }, 202, { Location: `/projections/${c.req.param('name')}` });
  });
  return app;
}
