import { Hono } from 'hono';
import type { Services } from './services.ts';

/** `/healthz`: the process answers. `/readyz`: every projection has a generation that moves. */
export function healthRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const projections = services.status().map(({ name, state, lag }) => ({ name, state, lag }));
    const isReady = projections.every(({ state }) => state === 'live' || state === 'catching-up');
    return c.json(
      { status: isReady ? 'ready' : 'not ready', head: services.head(), projections },
      isReady ? 200 : 503,
    );
  });
  return app;
}
