import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Projectionist } from '../../src/projectionist.ts';
import { spanContextOf } from '../../src/signals/trace-context.ts';
import { listening, placed, post, running } from '../http/support.ts';

const exporter = new InMemorySpanExporter();
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${SPAN}-01`;

/** W3C's propagator, as far as these tests need one. */
const propagator = {
  inject: () => {},
  fields: () => ['traceparent'],
  extract: (parent, carrier, getter) => {
    const found = spanContextOf(getter.get(carrier, 'traceparent'));
    return found === undefined ? parent : trace.setSpanContext(parent, found);
  },
} satisfies Parameters<typeof propagation.setGlobalPropagator>[0];

function register(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(propagator);
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}

beforeEach(register);
afterEach(() => {
  for (const api of [trace, context, propagation]) api.disable();
  exporter.reset();
});

const named = (name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);

function only(name: string): ReadableSpan {
  const [span, ...others] = named(name);
  const seen = exporter.getFinishedSpans().map((each) => each.name);
  if (span === undefined || others.length > 0) throw new Error(`Not one ${name}: ${seen.join(', ')}`);
  return span;
}

const time = ([seconds, nanoseconds]: readonly [number, number]): number => seconds * 1e3 + nanoseconds / 1e6;

const metadataAt = (projectionist: Projectionist, position: number) =>
  projectionist.log.readAll({ after: position - 1, limit: 1 }).next().value?.metadata;

test('a request, its append, and what a thread made of the event are one trace', async () => {
  const projectionist = await running();
  const answer = await post(projectionist, '/streams/order-secret', placed, { traceparent });
  expect(answer.status).toBe(201);
  await projectionist.ready();
  // Spans are made when a report has been dealt with, just after those who wait are woken.
  while (named('visible orders').length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [server, append, apply, visible] = [
    only('POST /streams/:stream'),
    only('append events'),
    only('apply orders'),
    only('visible orders'),
  ];
  expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId))).toEqual(
    new Set([TRACE]),
  );
  const parents = [server, append, apply, visible].map((span) => span.parentSpanContext?.spanId);
  const spans = [server, append, apply].map((span) => span.spanContext().spanId);
  expect(parents).toEqual([SPAN, ...spans]);
  expect([server.kind, append.kind, apply.kind]).toEqual([
    SpanKind.SERVER,
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
  ]);
  expect(server.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/streams/:stream',
    'http.response.status_code': 201,
  });
  expect(apply.attributes).toMatchObject({
    'messaging.operation.type': 'process',
    'projectionist.projection': 'orders',
    'projectionist.position': 1,
    'projectionist.event.type': 'order.placed',
  });
  expect(time(apply.endTime)).toBeGreaterThan(time(apply.startTime));
  expect(time(visible.startTime)).toBe(time(apply.endTime));
  expect(metadataAt(projectionist, 1)).toEqual({
    traceparent: `00-${TRACE}-${append.spanContext().spanId}-01`,
  });
});

test('an append in a span of the embedding program belongs to its trace', async () => {
  const projectionist = await running();
  const tracer = trace.getTracer('test');
  await tracer.startActiveSpan('checkout', async (span) => {
    await projectionist.log.append('order-1', placed);
    span.end();
  });
  const traceId = only('checkout').spanContext().traceId;
  expect(only('append events').spanContext().traceId).toBe(traceId);
  expect(metadataAt(projectionist, 1)?.['traceparent']).toContain(traceId);
});

test('an event that brings its place in a trace keeps it, and the append points to it', async () => {
  const projectionist = await running();
  const event = { ...placed, stream: 'order-1', metadata: { traceparent } };
  await post(projectionist, '/events', event);
  expect(metadataAt(projectionist, 1)).toEqual({ traceparent });
  expect(only('append events').links.map((link) => link.context.spanId)).toEqual([SPAN]);
});

test('the short way to rows has a span too, without what was asked for', async () => {
  const projectionist = await running();
  const url = await listening(projectionist);
  await (await fetch(`${url}/views/orders?id=eq.secret`, { headers: { traceparent } })).text();
  const span = only('GET /views/:view');
  expect(span.parentSpanContext?.spanId).toBe(SPAN);
  expect(span.attributes).toMatchObject({ 'http.route': '/views/:view', 'http.response.status_code': 200 });
  expect(JSON.stringify(span.attributes)).not.toContain('secret');
});

test('what goes wrong is marked by its code, and a rebuild makes no spans', async () => {
  const projectionist = await running();
  await post(projectionist, '/streams/order-1', { type: 'nothing.known', data: {} }, { traceparent });
  expect(only('append events').attributes['error.type']).toBe('EVENT_TYPE_UNKNOWN');
  await post(projectionist, '/streams/order-1', placed, { traceparent });
  await projectionist.ready();
  while (named('visible orders').length === 0) await new Promise((resolve) => setImmediate(resolve));
  exporter.reset();
  await projectionist.rebuild('orders');
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([]);
});

test('without an SDK events still carry the trace of their request, where it is valid', async () => {
  trace.disable();
  const projectionist = await running();
  const send = (header: string, stream: string) =>
    post(projectionist, `/streams/${stream}`, placed, { traceparent: header, tracestate: 'vendor=1' });
  await send(traceparent, 'order-1');
  await send(`00-${'0'.repeat(32)}-${SPAN}-01`, 'order-2');
  await send('nonsense', 'order-3');
  expect(metadataAt(projectionist, 1)).toEqual({ traceparent, tracestate: 'vendor=1' });
  expect(metadataAt(projectionist, 2) ?? {}).toEqual({});
  expect(metadataAt(projectionist, 3) ?? {}).toEqual({});
  expect(exporter.getFinishedSpans()).toEqual([]);
});
