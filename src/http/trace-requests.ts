import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Signals } from '../signals/signals.ts';

/** A server span around each request, where the process has registered an OpenTelemetry SDK. */
export function traceRequests({ tracing }: Signals): MiddlewareHandler {
  return (c, next) => {
    if (!tracing.isOn) return next();
    const { method, url } = c.req;
    const request = { method, url, header: (name: string) => c.req.header(name) };
    return tracing.serve(request, next, () => ({
      status: c.res.status,
      route: routeOf(c),
      error: c.error,
    }));
  };
}

/** The pattern of a request's path, such as `/views/:view`; undefined where nothing is at that path. */
export function routeOf(c: Context): string | undefined {
  const patterns = matchedRoutes(c).map(({ path }) => path);
  return patterns.findLast((path) => !path.endsWith('*'));
}
