import type { Context } from 'hono';
import { traceContextIn, withTraceContext } from '../signals/trace-context.ts';
import { type IncomingEvents, incomingEvents } from './incoming-events.ts';
import type { Services } from './services.ts';

/**
 * The events of a request, with the request's place in a trace in their metadata, unless they bring their own. Where an
 * SDK is registered the append has a span, and that is their place.
 */
export async function tracedEvents(
  c: Context,
  { signals }: Services,
  stream?: string,
): Promise<IncomingEvents> {
  const incoming = await incomingEvents(c, stream);
  const place = traceContextIn(c.req.header('traceparent'), c.req.header('tracestate'));
  if (place === undefined || signals.tracing.isOn) return incoming;
  return { ...incoming, events: incoming.events.map((event) => withTraceContext(event, place)) };
}
