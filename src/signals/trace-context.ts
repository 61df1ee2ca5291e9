import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { NewEvent } from '../event-log/event.ts';

/** W3C Trace Context, section 3.2; of later versions what this one has (section 3.2.4). */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const ALL_ZERO = /^0+$/;
/** Characters of a `tracestate` that are kept: what the specification asks for at least. */
const LONGEST_STATE = 512;

/** Where in a distributed trace something stands, as its header and metadata say it. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** The span that a `traceparent` names; undefined where it names none. */
export function spanContextOf(traceparent: unknown): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = ''] =
    (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  if (version === undefined || ALL_ZERO.test(traceId) || ALL_ZERO.test(spanId)) return undefined;
  if (version === '00' && (traceparent as string).length !== 55) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** The context of a span, to be kept with what it caused. */
export function traceContextOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() };
}

/** The context that the headers of a request carry; undefined where they carry none that is valid. */
export function traceContextIn(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  if (traceparent === undefined || spanContextOf(traceparent) === undefined) return undefined;
  const isKept = tracestate !== undefined && tracestate !== '' && tracestate.length <= LONGEST_STATE;
  return { traceparent, ...(isKept && { tracestate }) };
}

/** The event with its place in a trace in its metadata, unless it brings one, or is none that the log would take. */
export function withTraceContext(event: NewEvent, { traceparent, tracestate }: TraceContext): NewEvent {
  if (!isObject(event)) return event;
  const { metadata = {} } = event;
  if (!isObject(metadata) || 'traceparent' in metadata) return event;
  const isKept = tracestate !== undefined && tracestate !== '';
  return { ...event, metadata: { ...metadata, traceparent, ...(isKept && { tracestate }) } };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
