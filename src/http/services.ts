import type { Point, ResolvedPoint } from '../engine/as-of/point.ts';
import type { AppendResult } from '../event-log/intake.ts';
import type { NewEvent, RecordedEvent } from '../event-log/event.ts';
import type { ReadOptions } from '../event-log/reader.ts';
import type { ExpectedVersion } from '../event-log/writer.ts';
import type { DeadLetters, PartitionLetters } from '../engine/dead-letters/list.ts';
import type { OperationName, OperationOptions } from '../engine/commands/operations.ts';
import type { ProjectionStatus } from '../engine/states/status.ts';
import type { Claims } from '../projection/define.ts';
import type { RowTrace } from '../engine/history/trace-row.ts';
import type { VerificationStatus } from '../engine/verify/verifier.ts';
import type { LastEvent } from '../query/live/live-queries.ts';
import type { LiveMessage } from '../query/live/message.ts';
import type { LiveReader } from '../query/live/live-reader.ts';
import type { FoundQuery, NamedCall } from '../query/named-query.ts';
import type { ViewAnswer } from '../query/view-answer.ts';
import type { QueryOptions } from '../query/query-view.ts';
import type { Definitions } from '../projection/load.ts';
import type { ViewDescription } from '../projection/program.ts';
import type { RowPolicies, RowPolicy } from '../projection/row-policy.ts';
import type { Signals } from '../signals/signals.ts';

/** A row whose history is asked for. */
export interface TraceQuery {
  readonly view: string;
  /** The values of the row's key as texts, in the key's order. */
  readonly key: readonly string[];
  /** What the caller may see; everything where it is left out. */
  readonly policy: RowPolicy | undefined;
}

/** What answers for a view or a named query. */
export interface Source {
  readonly projection: string;
  /** Null while no generation can answer for it. */
  readonly generation: number | null;
  /** Read anew each time. */
  readonly position: number;
  /** Raised when a decision about dead letters has changed rows at the same position. */
  readonly revision: number;
}

/** A query whose answer is to be kept up to date. */
export interface LiveRequest {
  /** A view's name, or a named query with its arguments. */
  readonly of: string | NamedCall;
  readonly parameters: URLSearchParams;
  readonly claims: Claims;
}

export interface StreamSettings {
  /** Milliseconds between two signs of life. */
  readonly heartbeat: number;
  /** The most readers of the log at once. */
  readonly readers: number;
  /** Aborts when streams are to end, because the server stops. */
  readonly ended: AbortSignal;
}

/** The part of the log that a replay goes through. */
export interface ReplayRange {
  /** The position of the first answer. */
  readonly from: number;
  /** The position of the last one; the head where it is missing. */
  readonly to: number | undefined;
  /** Positions between two answers; a thousandth of the range where it is missing. */
  readonly step: number | undefined;
}

/** A query's answers as of one position after another. */
export interface Replay {
  /** The last position. */
  readonly to: number;
  /** What changes from one answer to the next, the first one whole. It is to be read to its end, or returned from. */
  readonly messages: AsyncGenerator<LiveMessage, void>;
}

/** All that the HTTP side may ask for: it holds no SQL and knows no files. */
export interface Services {
  append(events: readonly NewEvent[], expected: ReadonlyMap<string, ExpectedVersion>): Promise<AppendResult>;
  events(options: ReadOptions): RecordedEvent[];
  head(): number;
  /** The head as it was last seen, without a query. */
  seenHead(): number;
  /** How many events a stream has. */
  version(stream: string): number;
  status(): ProjectionStatus[];
  views(): { view: ViewDescription; projection: string }[];
  definitions(): Definitions;
  /** Undefined for a name that nothing defines. */
  source(kind: 'view' | 'query', name: string): Source | undefined;
  /** Resolves once the projection shows the position. Rejects with WAIT_TIMEOUT, or CLOSED when the signal aborts. */
  waitFor(projection: string, position: number, milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Which rows whom; `policies().for(callerOf(c).claims)` is what a query is run under. */
  policies(): RowPolicies;
  /** A promise where the answer takes a scan. Then it may reject with TOO_BUSY or QUERY_TIMEOUT. */
  query(view: string, parameters: URLSearchParams, options: QueryOptions): ViewAnswer | Promise<ViewAnswer>;
  /** As `query`; undefined where the answer takes a scan. */
  queryAtOnce(
    view: string,
    parameters: Iterable<readonly [string, string]>,
    options: QueryOptions,
  ): ViewAnswer | undefined;
  /** Throws QUERY_UNKNOWN. */
  namedQuery(name: string): FoundQuery;
  call(call: NamedCall, parameters: URLSearchParams, options: QueryOptions): ViewAnswer | Promise<ViewAnswer>;
  /** As `call`, as of an earlier position. */
  callAsOf(
    call: NamedCall,
    parameters: URLSearchParams,
    position: number,
    patience: number,
    options: QueryOptions,
  ): Promise<ViewAnswer>;
  resolvePoint(point: Point): Promise<ResolvedPoint>;
  /** The greatest position whose event happened at or before a time; 0 where there is none. */
  positionAt(time: string): Promise<number>;
  /** As `query`, as of an earlier position; waits so many milliseconds for a copy to be built. */
  queryAsOf(
    view: string,
    parameters: URLSearchParams,
    position: number,
    patience: number,
    options: QueryOptions,
  ): Promise<ViewAnswer>;
  /** A reader of a live query, new or going on after the last message that it has. Throws TOO_BUSY, and what the query throws. */
  openLive(query: LiveRequest, last: LastEvent | undefined): LiveReader | Promise<LiveReader>;
  /** A query's answers as of one position after another. Throws POSITION_AHEAD, TOO_BUSY, and what the query throws. */
  openReplay(query: LiveRequest, range: ReplayRange): Replay;
  /** Calls `listener` when the log has grown; the function that is returned ends that. */
  onGrowth(listener: () => void): () => void;
  readonly streams: StreamSettings;
  /** Throws PROJECTION_UNKNOWN. */
  deadLetters(projection: string): DeadLetters;
  /** Throws NOT_PARKED. */
  partitionLetters(projection: string, partition: string): PartitionLetters;
  /** Carries an operation out on a projection; resolves with its answer when it is done. */
  operate(projection: string, operation: OperationName, options?: OperationOptions): Promise<object>;
  /** The last verification of a projection, or how far the present one is. Throws PROJECTION_UNKNOWN. */
  verification(projection: string): VerificationStatus;
  /** Everything that events did to a row, as far as the policy lets it be seen. Throws NOT_FOUND, TOO_BUSY. */
  trace(query: TraceQuery): Promise<RowTrace>;
  reportFault(error: unknown): void;
  readonly signals: Signals;
}
