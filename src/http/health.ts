import { Hono } from 'hono';
import { whyNotReady } from '../engine/states/readiness.ts';
import type { Services } from './services.ts';

/** `/healthz`: the process answers. */
export function healthRoutes(): Hono {
  return new Hono().get('/healthz', (c) => c.json({ status: 'ok' }));
}

/** `/readyz`: every projection answers, and nothing keeps one from moving that is not meant to stand still. */
export function readyRoutes(services: Services): Hono {
  return new Hono().get('/readyz', (c) => {
    const statuses = services.status();
    const projections = statuses.map((status) => {
      const { name, state, lag, lagSeconds } = status;
      const reason = whyNotReady(status);
      return { name, state, lag, lagSeconds, isReady: reason === null, reason };
    });
    const isReady = projections.every((projection) => projection.isReady);
    return c.json(
      { status: isReady ? 'ready' : 'not ready', head: services.head(), projections },
      isReady ? 200 : 503,
    );
  });
}
