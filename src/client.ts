/**
 * A typed client for browsers, workers, Node, Deno and Bun, without dependencies:
 *
 *     const client = createClient<{ orders: typeof orders }>('http://127.0.0.1:4000');
 *     const rows = await client.view('orders').eq('status', 'shipped').limit(20);
 *
 * Published as `projectionist/client`.
 */
export { createClient, type Client, type ViewQuery } from './client/create-client.ts';
export { ProjectionistClientError } from './client/client-error.ts';
export type { AppendedEvent, AppendedEvents, ClientAppendOptions } from './client/append.ts';
export type { OrderOptions } from './client/asked.ts';
export type { Condition } from './client/condition.ts';
export type { ClientOptions } from './client/connection.ts';
export type { Definition, Definitions, EventOf, QueriesOf, ViewsOf } from './client/definition-types.ts';
export type {
  LiveChange,
  LiveResult,
  LiveSnapshot,
  RowArrival,
  RowChange,
  RowDeparture,
  SnapshotReason,
} from './client/live-changes.ts';
export type { LiveOptions } from './client/live-stream.ts';
export type { CancelSignal, Fetch } from './client/platform.ts';
export type { Result } from './client/result.ts';
export type { ReplayOptions, ReplayResult } from './client/replay.ts';
export type { CountOptions, RowQuery, WaitOptions } from './client/row-query.ts';
export type { Key, Trace, TraceEntry, TraceOptions } from './client/trace.ts';
export type { IsValue, Quantifiable, SearchOptions, Where } from './client/where.ts';
