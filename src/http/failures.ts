import type { Context } from 'hono';
import { traceContextIn } from '../signals/trace-context.ts';
import type { Signals } from '../signals/signals.ts';
import { routeOf } from './trace-requests.ts';

/** Tells of a request that was answered with a 5xx status, by its pattern and its id. */
export function noteFailure(signals: Signals, c: Context, status: number, error: unknown): void {
  if (status < 500) return;
  signals.failed(
    {
      method: c.req.method,
      route: routeOf(c) ?? 'none',
      status,
      requestId: c.get('requestId'),
      traceId:
        signals.tracing.traceId ?? traceContextIn(c.req.header('traceparent'), '')?.traceparent.slice(3, 35),
    },
    error,
  );
}
