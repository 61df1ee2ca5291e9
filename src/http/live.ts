import { type Context, Hono } from 'hono';
import { errorFrom, ProjectionistError } from '../errors.ts';
import { splitArguments } from '../query/arguments.ts';
import type { LiveEnd, LiveReader } from '../query/live/live-reader.ts';
import type { LiveMessage } from '../query/live/message.ts';
import { callOf, type NamedCall } from '../query/named-query.ts';
import { rangeParameters } from '../query/page.ts';
import { pointOf } from './as-of.ts';
import { callerOf } from './caller.ts';
import { problemOf } from './problem.ts';
import { checkStreamPreferences } from './query-preferences.ts';
import { rangeOf } from './range.ts';
import { replayAnswer, replayRangeOf } from './replay.ts';
import type { Services } from './services.ts';
import { comeAgain, eventBlock, eventWithoutId, SSE_HEADERS, type SseSource, sseStream } from './sse.ts';
import { parametersOf } from './view-request.ts';
import { eventId, isHead, lastEventId, wantsEventStream } from './stream-request.ts';

/** Milliseconds after which readers of a server that stops are to come again. */
const COME_AGAIN = 1000;
/** The longest delay that a timer takes. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** `/views/<view>` and `/views/rpc/<query>` with `Accept: text/event-stream`: the rows, then what changes of them. */
export function liveRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/views/rpc/:query', async (c, next) => {
    if (!wantsEventStream(c)) return next();
    const found = services.namedQuery(c.req.param('query'));
    const { given, rest } = splitArguments(found.query.parameters, queryString(c));
    return liveAnswer(c, services, await callOf(found, given), rest);
  });
  app.get('/views/:view', (c, next) =>
    wantsEventStream(c) ? liveAnswer(c, services, c.req.param('view'), queryString(c)) : next(),
  );
  return app;
}

function queryString(c: Context): URLSearchParams {
  const parameters = parametersOf(c.req);
  parameters.delete('lastEventId');
  return parameters;
}

async function liveAnswer(
  c: Context,
  services: Services,
  of: string | NamedCall,
  parameters: URLSearchParams,
): Promise<Response> {
  checkStreamPreferences(c.req.header('Prefer'));
  const rows = rangeOf(c.req.header('Range'), c.req.header('Range-Unit'));
  for (const [name, value] of rows === undefined ? [] : rangeParameters(rows)) parameters.append(name, value);
  const range = replayRangeOf(c);
  if (range !== undefined) {
    if (isHead(c)) return c.body(null, 200, { ...SSE_HEADERS, 'Preference-Applied': 'replay' });
    const replay = services.openReplay({ of, parameters, claims: callerOf(c).claims }, range);
    return replayAnswer(c, replay, services);
  }
  if (pointOf(c) !== undefined)
    throw new ProjectionistError('REQUEST_INVALID', 'The past does not change: a live answer has no as-of', {
      hint: 'Leave Prefer: as-of and Accept-Datetime out, or Accept: text/event-stream. Prefer: replay=0..100 goes through the past.',
    });
  const { claims } = callerOf(c);
  const reader = await services.openLive({ of, parameters, claims }, lastEventId(c));
  // Whoever has left while the first rows were looked for reads no stream, and would not close it.
  if (c.req.raw.signal.aborted || isHead(c)) reader.close();
  if (isHead(c)) return c.body(null, 200, { ...SSE_HEADERS });
  const stream = sseStream(new LiveSseSource(reader, expiryOf(claims)), services.streams.heartbeat);
  return c.body(stream, 200, { ...SSE_HEADERS });
}

/** When a caller's token expires (RFC 7519, 4.1.4), in milliseconds since 1970. */
function expiryOf(claims: Readonly<Record<string, unknown>>): number | undefined {
  const { exp } = claims;
  return typeof exp === 'number' ? exp * 1000 : undefined;
}

/** A live reader's messages as blocks. Each is encoded once, however many read it. */
class LiveSseSource implements SseSource {
  readonly #reader: LiveReader;
  readonly #expiresAt: number | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(reader: LiveReader, expiresAt: number | undefined) {
    this.#reader = reader;
    this.#expiresAt = expiresAt;
  }

  start(wake: () => void, end: (lastWords: Uint8Array) => void): void {
    if (this.#expiresAt !== undefined) {
      const left = Math.max(0, this.#expiresAt - Date.now());
      this.#expiry = setTimeout(() => end(comeAgain(COME_AGAIN)), Math.min(left, LONGEST_DELAY));
    }
    this.#reader.listen({ onNews: wake, onEnd: (reason) => end(lastWords(reason)) });
  }

  next(): Uint8Array | undefined {
    const message = this.#reader.take();
    return message === undefined ? undefined : encoded(message, this.#reader.query.source.mark);
  }

  heartbeatId(): string | undefined {
    const position = this.#reader.positionIfCurrent();
    return position === undefined ? undefined : eventId(position, this.#reader.query.source.mark);
  }

  close(): void {
    clearTimeout(this.#expiry);
    this.#reader.close();
  }
}

const blocks = new WeakMap<LiveMessage, Uint8Array>();

function encoded(message: LiveMessage, mark: string): Uint8Array {
  const known = blocks.get(message);
  if (known !== undefined) return known;
  const block = eventBlock(message.event, eventId(message.position, mark), message.data);
  blocks.set(message, block);
  return block;
}

function lastWords(end: LiveEnd): Uint8Array {
  if (end.kind === 'stopping') return comeAgain(COME_AGAIN);
  return eventWithoutId('problem', JSON.stringify(problemOf(errorFrom(end.error)).body));
}
