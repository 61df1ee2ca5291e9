import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { AppendResult } from '../event-log/intake.ts';
import type { NewEvent } from '../event-log/event.ts';
import { errorType } from './error-type.ts';
import { spanContextOf, traceContextOf, withTraceContext } from './trace-context.ts';

const NAME = 'projectionist';

/** What a span of a request is made of. */
export interface TracedRequest {
  readonly method: string;
  readonly url: string;
  header(name: string): string | undefined;
}

export interface TracedAnswer {
  readonly status: number;
  /** The pattern of the path, such as `/views/:view`. */
  readonly route: string | undefined;
  readonly error: unknown;
}

/**
 * Spans by OpenTelemetry's public API: they exist where the process has registered an SDK, and cost one look-up where it
 * has not. What a projector's thread did comes from its report, so the thread needs no SDK.
 */
export class Tracing {
  /** True where an SDK is registered. */
  get isOn(): boolean {
    const provider = trace.getTracerProvider() as {
      getDelegateTracer?: (name: string) => Tracer | undefined;
    };
    return provider.getDelegateTracer === undefined || provider.getDelegateTracer(NAME) !== undefined;
  }

  /** The trace that is active here; undefined where none is. */
  get traceId(): string | undefined {
    return trace.getActiveSpan()?.spanContext().traceId;
  }

  /** Runs what answers a request inside a server span. */
  async serve(request: TracedRequest, run: () => Promise<void>, answered: () => TracedAnswer): Promise<void> {
    const parent = parentOf(request);
    const span = tracer().startSpan(
      request.method,
      { kind: SpanKind.SERVER, attributes: requestAttributes(request) },
      parent,
    );
    try {
      await context.with(trace.setSpan(parent, span), run);
    } finally {
      endRequest(span, request, answered());
    }
  }

  /** The same for a request that was answered at once; `startedAt` in milliseconds since 1970. */
  served(request: TracedRequest, startedAt: number, answer: TracedAnswer): void {
    const options = { kind: SpanKind.SERVER, startTime: startedAt, attributes: requestAttributes(request) };
    endRequest(tracer().startSpan(request.method, options, parentOf(request)), request, answer);
  }

  /** Runs an append inside a producer span, whose context goes with the events. */
  async append(
    events: readonly NewEvent[],
    run: (events: readonly NewEvent[]) => Promise<AppendResult>,
  ): Promise<AppendResult> {
    const parent = context.active();
    const span = tracer().startSpan(
      'append events',
      {
        kind: SpanKind.PRODUCER,
        attributes: {
          ...MESSAGING,
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'append',
        },
        links: linksOf(events),
      },
      parent,
    );
    const place = traceContextOf(span.spanContext());
    try {
      const traced = events.map((event) => withTraceContext(event, place));
      const result = await context.with(trace.setSpan(parent, span), () => run(traced));
      span.setAttributes({
        'messaging.batch.message_count': result.events.length,
        'projectionist.position': result.position,
      });
      return result;
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  /** A span for what a projector did, and one until its rows were told of, as children of the event's own place. */
  applied(event: AppliedEvent): void {
    const origin = spanContextOf(event.traceparent);
    if (origin === undefined || (origin.traceFlags & TraceFlags.SAMPLED) === 0) return;
    const parent = trace.setSpanContext(ROOT_CONTEXT, origin);
    const attributes = {
      'projectionist.projection': event.projection,
      'projectionist.generation': event.generation,
      'projectionist.position': event.position,
      'projectionist.event.type': event.type,
    };
    const apply = tracer().startSpan(
      `apply ${event.projection}`,
      {
        kind: SpanKind.CONSUMER,
        startTime: event.startedAt,
        attributes: {
          ...MESSAGING,
          'messaging.operation.type': 'process',
          'messaging.operation.name': 'apply',
          'messaging.batch.message_count': event.batch,
          'db.system.name': 'sqlite',
          ...attributes,
        },
      },
      parent,
    );
    apply.end(event.committedAt);
    const inside = trace.setSpan(parent, apply);
    const visible = { startTime: event.committedAt, attributes };
    tracer()
      .startSpan(`visible ${event.projection}`, visible, inside)
      .end(Math.max(event.committedAt, event.visibleAt));
  }
}

/** An event that a live generation has applied. Times are in milliseconds since 1970. */
export interface AppliedEvent {
  readonly projection: string;
  readonly generation: number;
  readonly position: number;
  readonly type: string;
  readonly traceparent: unknown;
  /** Positions in its batch. */
  readonly batch: number;
  readonly startedAt: number;
  readonly committedAt: number;
  /** When the readers on the main thread had been told. */
  readonly visibleAt: number;
}

/** OpenTelemetry's semantic conventions for messaging. */
const MESSAGING: Attributes = {
  'messaging.system': 'projectionist',
  'messaging.destination.name': 'log',
};

function tracer(): Tracer {
  return trace.getTracer(NAME);
}

const HEADERS = {
  get: (request: TracedRequest, name: string) => request.header(name),
  keys: () => [],
};

function parentOf(request: TracedRequest): Context {
  const active = context.active();
  // Whoever mounts this app in a server of their own may have begun a span for the request already.
  return trace.getSpan(active) === undefined ? propagation.extract(active, request, HEADERS) : active;
}

/** By the semantic conventions for HTTP servers. Without the query string, whose values are nobody's business. */
function requestAttributes({ method, url }: TracedRequest): Attributes {
  const { protocol, hostname, port, pathname } = new URL(url);
  return {
    'http.request.method': method,
    'url.scheme': protocol.slice(0, -1),
    'url.path': pathname,
    'server.address': hostname,
    ...(port !== '' && { 'server.port': Number(port) }),
  };
}

function endRequest(span: Span, { method }: TracedRequest, { status, route, error }: TracedAnswer): void {
  if (route !== undefined) {
    span.updateName(`${method} ${route}`);
    span.setAttribute('http.route', route);
  }
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error === undefined ? String(status) : errorType(error));
  }
  span.end();
}

/** The messages of errors stay out: they may name streams and fields. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType(error));
}

/** Events that bring a place of their own keep it, and the append points to it. */
function linksOf(events: readonly NewEvent[]) {
  const contexts = events.map((event) =>
    spanContextOf((event as NewEvent | null)?.metadata?.['traceparent']),
  );
  return contexts.filter((own) => own !== undefined).map((own) => ({ context: own }));
}
