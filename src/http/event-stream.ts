import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { RecordedEvent } from '../event-log/event.ts';
import { filterOf } from './event-pages.ts';
import type { Services } from './services.ts';
import { comeAgain, eventBlock, SSE_HEADERS, type SseSource, sseStream } from './sse.ts';
import { isHead, lastEventId, wantsEventStream } from './stream-request.ts';

/** Milliseconds after which readers of a server that stops are to come again. */
const COME_AGAIN = 1000;
/** Events that are read from the log at a time, and held for one reader at most. */
const PAGE = 100;

/**
 * `GET /events` with `Accept: text/event-stream`: the events after `after` or `Last-Event-ID`, of some types or of one
 * stream, then each new one. An event's id is its position.
 */
export function eventStreamRoutes(services: Services): Hono {
  const app = new Hono();
  let readers = 0;
  app.get('/events', (c, next) => {
    if (!wantsEventStream(c)) return next();
    if (readers >= services.streams.readers)
      throw new ProjectionistError('TOO_BUSY', `${readers} streams of events are being read already`, {
        hint: 'Try again later, or raise the limit in the settings.',
      });
    const [position, filter] = [after(c), filterOf(c)];
    if (isHead(c)) return c.body(null, 200, { ...SSE_HEADERS });
    const source = new LogSseSource(services, position, filter, () => (readers -= 1));
    readers += 1;
    return c.body(sseStream(source, services.streams.heartbeat), 200, { ...SSE_HEADERS });
  });
  return app;
}

function after(c: Context): number {
  const text = c.req.query('after');
  if (text !== undefined && !/^\d{1,15}$/.test(text))
    throw new ProjectionistError('REQUEST_INVALID', `after=${text.slice(0, 100)} is no position`, {
      hint: 'Write after=10.',
    });
  return lastEventId(c)?.position ?? Number(text ?? 0);
}

/** Reads the log a page at a time, as its reader takes it. */
class LogSseSource implements SseSource {
  readonly #services: Services;
  readonly #filter: ReturnType<typeof filterOf>;
  readonly #onClose: () => void;
  #page: RecordedEvent[] = [];
  /** The position up to which the log has been looked through. */
  #read: number;
  #stopListening = (): void => {};

  constructor(
    services: Services,
    position: number,
    filter: ReturnType<typeof filterOf>,
    onClose: () => void,
  ) {
    this.#services = services;
    this.#read = position;
    this.#filter = filter;
    this.#onClose = onClose;
  }

  start(wake: () => void, end: (lastWords: Uint8Array) => void): void {
    const { streams } = this.#services;
    const stopGrowth = this.#services.onGrowth(wake);
    const stop = (): void => end(comeAgain(COME_AGAIN));
    streams.ended.addEventListener('abort', stop);
    this.#stopListening = () => {
      stopGrowth();
      streams.ended.removeEventListener('abort', stop);
    };
    if (streams.ended.aborted) stop();
    else wake();
  }

  next(): Uint8Array | undefined {
    if (this.#page.length === 0) this.#readPage();
    const event = this.#page.shift();
    return event === undefined
      ? undefined
      : eventBlock(undefined, String(event.position), JSON.stringify(event));
  }

  heartbeatId(): string | undefined {
    return this.#page.length === 0 ? String(this.#read) : undefined;
  }

  close(): void {
    this.#stopListening();
    this.#onClose();
  }

  #readPage(): void {
    const head = this.#services.head();
    if (this.#read >= head) return;
    this.#page = this.#services.events({ ...this.#filter, after: this.#read, limit: PAGE });
    const last = this.#page.at(-1)?.position ?? 0;
    // A page that is not full was the last one; another process may have appended since the head was read.
    this.#read = this.#page.length === PAGE ? last : Math.max(head, last);
  }
}
