import { Hono } from 'hono';
import type { Services } from './services.ts';

/** `/metrics`: what Prometheus scrapes. */
export function metricsRoutes({ signals }: Services): Hono {
  return new Hono().get('/metrics', async (c) =>
    c.body(await signals.exposition(), 200, {
      'Content-Type': signals.contentType,
      'Cache-Control': 'no-store',
    }),
  );
}
