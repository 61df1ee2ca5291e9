import { append, type AppendedEvents, type ClientAppendOptions } from './append.ts';
import type { Asked } from './asked.ts';
import { type ClientOptions, Connection } from './connection.ts';
import type { Definitions, EventOf, QueriesOf, RowsShape, ViewsOf } from './definition-types.ts';
import type { CancelSignal } from './platform.ts';
import { RowQuery } from './row-query.ts';
import { type Key, type Trace, type TraceOptions, traceRow } from './trace.ts';

/** Keys that must be given; none of a record of anything. */
type RequiredKeys<Given> = {
  [Name in keyof Given]-?: undefined extends Given[Name] ? never : string extends Name ? never : Name;
}[keyof Given];

/** The rows of a view, to be asked for. */
export type ViewQuery<View> = View extends RowsShape ? RowQuery<View> : never;

type RowOf<View> = View extends RowsShape ? View['row'] : never;

/** Parameters may be left out altogether where none is required. */
type Parameters<Query> = Query extends { readonly parameters: infer Given }
  ? [RequiredKeys<Given>] extends [never]
    ? [parameters?: Given]
    : [parameters: Given]
  : never;

/** Reads views and named queries, traces rows, and appends events, over HTTP. */
export interface Client<All extends Definitions = Definitions> {
  /** A view, by its name in the HTTP API: that of its table. */
  view<Name extends keyof ViewsOf<All> & string>(name: Name): ViewQuery<ViewsOf<All>[Name]>;
  /** A named query, by its name. */
  query<Name extends keyof QueriesOf<All> & string>(
    name: Name,
    ...parameters: Parameters<QueriesOf<All>[Name]>
  ): ViewQuery<QueriesOf<All>[Name]>;
  /**
   * Event by event, what changed in a row. It is found by replay, which may take a while: TOO_BUSY where too many are under
   * way. NOT_FOUND where no event ever touched such a row, or the policy shows none of it.
   */
  trace<Name extends keyof ViewsOf<All> & string>(
    view: Name,
    key: Key,
    options?: TraceOptions,
  ): Promise<Trace<RowOf<ViewsOf<All>[Name]>>>;
  /** Appends one event or several to a stream, all or none. Throws EVENT_INVALID, VERSION_CONFLICT, … */
  append(
    stream: string,
    events: EventOf<All> | readonly EventOf<All>[],
    options?: ClientAppendOptions,
  ): Promise<AppendedEvents>;
  /** Appends events to the streams that they name, all or none. */
  appendAll(
    events: readonly (EventOf<All> & { readonly stream: string })[],
    options?: { readonly signal?: CancelSignal },
  ): Promise<AppendedEvents>;
}

/**
 * A client of the Projectionist at `url`, which may have a path. The definitions are needed for their types alone:
 *
 *     import type orders from './projections/orders.ts';
 *     const client = createClient<{ orders: typeof orders }>('http://127.0.0.1:4000');
 */
export function createClient<All extends Definitions = Definitions>(
  url: string,
  options: ClientOptions = {},
): Client<All> {
  const connection = new Connection(url, options);
  const rows = (asked: Pick<Asked, 'path' | 'given'>) =>
    new RowQuery(connection, { ...asked, conditions: [], order: [], preferences: {} });
  const client = {
    view: (name: string) => rows({ path: `/views/${encodeURIComponent(name)}` }),
    query: (name: string, given: Asked['given'] = {}) =>
      rows({ path: `/views/rpc/${encodeURIComponent(name)}`, given }),
    trace: (view: string, key: Key, settings: TraceOptions = {}) => traceRow(connection, view, key, settings),
    append: (stream: string, events: unknown, settings: ClientAppendOptions = {}) =>
      append(connection, `/streams/${encodeURIComponent(stream)}`, events, settings),
    appendAll: (events: unknown, settings: Pick<ClientAppendOptions, 'signal'> = {}) =>
      append(connection, '/events', events, settings),
  };
  return Object.freeze(client) as unknown as Client<All>;
}
