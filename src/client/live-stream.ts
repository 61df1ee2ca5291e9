import { preferHeader } from './asked.ts';
import { errorOfBody, parseAnswer, ProjectionistClientError } from './client-error.ts';
import type { Connection } from './connection.ts';
import { EventParser, type ServerSentEvent } from './event-parser.ts';
import type { LiveMessage, RowChange, SnapshotReason } from './live-changes.ts';
import type { CancelSignal, ChunkReader, IncomingResponse } from './platform.ts';

export interface LiveOptions {
  /** Ends the iteration when it is aborted. */
  readonly signal?: CancelSignal;
  /** Milliseconds until the first attempt to reconnect, where the server does not say; each further one takes twice as long. */
  readonly reconnectAfter?: number;
  /** Milliseconds without a sign of life, heartbeats included, after which a connection counts as lost. */
  readonly silence?: number;
}

/** What a stream is asked for. */
export interface Opening {
  readonly path: string;
  readonly preferences: Readonly<Record<string, string>>;
}

const RECONNECT_AFTER = 1000;
/** Three heartbeats of the server's usual 15 s. */
export const SILENCE = 45_000;
/** Milliseconds between two attempts at most. */
const LONGEST_PAUSE = 30_000;
/** Statuses that pass by themselves; anything else would be answered again. */
const PASSING: ReadonlySet<number> = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

/**
 * The messages of a live query. A connection that is lost is made again, and goes on after the last message, with no gap
 * and no repeat. Ends when the signal or `stop` is aborted. Throws ProjectionistClientError where the first connection fails, and
 * later for what asking again would not change.
 */
export async function* liveMessages<Row>(
  connection: Connection,
  { path, preferences }: Opening,
  { signal, reconnectAfter = RECONNECT_AFTER, silence = SILENCE }: LiveOptions,
  stop: AbortController,
): AsyncGenerator<LiveMessage<Row>, void, undefined> {
  const abort = () => stop.abort();
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) stop.abort();
  const parser = new Reconnecting(reconnectAfter);
  try {
    while (!stop.signal.aborted) {
      const sent = { headers: { ...preferHeader(preferences), ...parser.headers() }, signal: stop.signal };
      const reader = await opened(connection, path, sent, parser);
      if (reader !== undefined)
        for await (const event of eventsOf(reader, parser, stop.signal, silence)) yield messageOf<Row>(event);
      if (!stop.signal.aborted) await pause(parser.nextPause(), stop.signal);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}

/** What is kept from one connection to the next. */
class Reconnecting {
  #parser = new EventParser();
  #isFirst = true;
  #failures = 0;
  readonly #usualPause: number;

  constructor(usualPause: number) {
    this.#usualPause = usualPause;
  }

  get isFirst(): boolean {
    return this.#isFirst;
  }

  headers(): Record<string, string> {
    const { lastId } = this.#parser;
    return { Accept: 'text/event-stream', ...(lastId !== '' && { 'Last-Event-ID': lastId }) };
  }

  /** A new connection: what the last one left half said is forgotten. */
  connected(): void {
    const { lastId, retry } = this.#parser;
    this.#parser = new EventParser(lastId);
    this.#parser.retry = retry;
    this.#isFirst = false;
  }

  *push(chunk: Uint8Array): Generator<ServerSentEvent> {
    this.#failures = 0;
    yield* this.#parser.push(chunk);
  }

  /** Doubled with each failure, and shortened at random, so that not all readers of a server come back at once. */
  nextPause(): number {
    const usual = this.#parser.retry ?? this.#usualPause;
    const pause = Math.min(usual * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    return pause * (0.5 + Math.random() / 2);
  }
}

/** A connection; undefined where it failed and is to be tried again. */
async function opened(
  connection: Connection,
  path: string,
  sent: { readonly headers: Record<string, string>; readonly signal: CancelSignal },
  state: Reconnecting,
): Promise<ChunkReader | undefined> {
  try {
    const reader = readerOf(await connection.send(path, sent));
    state.connected();
    return reader;
  } catch (error) {
    if (sent.signal.aborted || (!state.isFirst && isPassing(error))) return undefined;
    throw error;
  }
}

/** Throws ANSWER_INVALID for what is no stream of events. */
export function readerOf(response: IncomingResponse): ChunkReader {
  const type = response.headers.get('Content-Type') ?? '';
  if (response.body !== null && type.startsWith('text/event-stream')) return response.body.getReader();
  throw new ProjectionistClientError('ANSWER_INVALID', 'The answer is no stream of events', {
    status: response.status,
    hint: 'Does a proxy stand before the server that changes what it answers?',
  });
}

function isPassing(error: unknown): boolean {
  return error instanceof ProjectionistClientError && PASSING.has(error.status);
}

/** The events of one connection, until it ends, breaks, falls silent, or is aborted. */
async function* eventsOf(
  reader: ChunkReader,
  state: Reconnecting,
  signal: CancelSignal,
  silence: number,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  try {
    for (;;) {
      const chunk = await nextChunk(reader, silence);
      if (chunk === undefined) return;
      for (const event of state.push(chunk)) {
        if (signal.aborted) return;
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Undefined at the end, however it came about: the next connection goes on from there. */
export async function nextChunk(reader: ChunkReader, silence: number): Promise<Uint8Array | undefined> {
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), silence);
  try {
    const { value } = await reader.read();
    return value;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

export function messageOf<Row>({ event, data }: ServerSentEvent): LiveMessage<Row> {
  if (event === 'problem') throw errorOfBody(statusIn(data), data);
  const body = parseAnswer(200, data) as {
    readonly position: number;
    readonly reason: SnapshotReason;
    readonly rows: readonly Row[];
    readonly changes: readonly RowChange<Row>[];
  };
  const { position } = body;
  if (event === 'snapshot') return { type: 'snapshot', position, reason: body.reason, rows: body.rows };
  return { type: 'changes', position, changes: body.changes.map((change) => ({ ...change, position })) };
}

function statusIn(problem: string): number {
  return (parseAnswer(200, problem) as { readonly status: number }).status;
}

/** Waits, or until the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
