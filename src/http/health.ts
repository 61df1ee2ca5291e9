import { Hono } from 'hono';
import type { Services } from './services.ts';

/** `/healthz`: the process answers. */
export function healthRoutes(): Hono {
  return new Hono().get('/healthz', (c) => c.json({ status: 'ok' }));
}

/** `/readyz`: every projection has a generation that moves. */
export function readyRoutes(services: Services): Hono {
  return new Hono().get('/readyz', (c) => {
    const projections = services.status().map(({ name, state, lag }) => ({ name, state, lag }));
    const isReady = projections.every(({ state }) => state === 'live' || state === 'catching-up');
    return c.json(
      { status: isReady ? 'ready' : 'not ready', head: services.head(), projections },
      isReady ? 200 : 503,
    );
  });
}
