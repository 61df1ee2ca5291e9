import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { LiveMessage } from '../query/live/message.ts';
import { parsePrefer } from './prefer.ts';
import { problemOf } from './problem.ts';
import type { Replay, ReplayRange, Services } from './services.ts';
import { comeAgain, eventBlock, eventWithoutId, SSE_HEADERS, type SseSource, sseStream } from './sse.ts';

/** Messages that are computed before the reader takes them. */
const AHEAD = 32;
/** Milliseconds after which readers of a server that stops are to come again. */
const COME_AGAIN = 1000;

/**
 * `Prefer: replay=100..2000, step=10`: the answers as of position 100, 110 and so on up to 2000, for `Accept:
 * text/event-stream`. `replay=100..` goes up to the head. Throws REQUEST_INVALID.
 */
export function replayRangeOf(c: Context): ReplayRange | undefined {
  const preferences = parsePrefer(c.req.header('Prefer'));
  const text = preferences.get('replay');
  if (text === undefined) return undefined;
  const [, from, to] = /^(\d{1,15})\.\.(\d{1,15})?$/.exec(text) ?? [];
  const step = preferences.get('step') ?? '';
  const isRange = from !== undefined && (to === undefined || Number(from) <= Number(to));
  if (isRange && /^([1-9]\d{0,14})?$/.test(step))
    return {
      from: Number(from),
      to: to === undefined ? undefined : Number(to),
      step: step === '' ? undefined : Number(step),
    };
  const given = `replay=${text.slice(0, 100)}${step === '' ? '' : `, step=${step.slice(0, 100)}`}`;
  throw new ProjectionistError('REQUEST_INVALID', `Prefer: ${given} cannot be read`, {
    hint: 'Write Prefer: replay=100..2000, step=10.',
  });
}

/** The answers as a stream of events: a snapshot, what changes with each step, and `end`. */
export function replayAnswer(c: Context, replay: Replay, services: Services): Response {
  const stream = sseStream(new ReplaySseSource(replay, services), services.streams.heartbeat);
  c.header('Preference-Applied', 'replay');
  return c.body(stream, 200, { ...SSE_HEADERS });
}

/** A replay's messages as blocks: a few are kept ready, and the replay waits while the reader takes none. */
class ReplaySseSource implements SseSource {
  readonly #replay: Replay;
  readonly #services: Services;
  readonly #ready: Uint8Array[] = [];
  #hasRoom = Promise.withResolvers<void>();
  #isClosed = false;
  /** What is said when the reader has taken all. */
  #lastWords: Uint8Array | undefined;
  #finish: () => void = () => {};
  #stopListening: () => void = () => {};

  constructor(replay: Replay, services: Services) {
    this.#replay = replay;
    this.#services = services;
  }

  start(wake: () => void, end: (lastWords: Uint8Array) => void): void {
    const stop = (): void => end(comeAgain(COME_AGAIN));
    const { ended } = this.#services.streams;
    ended.addEventListener('abort', stop);
    this.#stopListening = () => ended.removeEventListener('abort', stop);
    this.#finish = () => end(this.#lastWords as Uint8Array);
    void this.#run(wake);
  }

  next(): Uint8Array | undefined {
    const block = this.#ready.shift();
    this.#hasRoom.resolve();
    if (block === undefined && this.#lastWords !== undefined) queueMicrotask(this.#finish);
    return block;
  }

  heartbeatId(): undefined {
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#hasRoom.resolve();
  }

  async #run(wake: () => void): Promise<void> {
    try {
      for await (const message of this.#replay.messages) {
        this.#ready.push(blockOf(message));
        wake();
        await this.#room();
        if (this.#isClosed) return;
      }
      this.#lastWords = eventWithoutId('end', JSON.stringify({ position: this.#replay.to }));
    } catch (error) {
      if (!(error instanceof ProjectionistError)) this.#services.reportFault(error);
      this.#lastWords = eventWithoutId('problem', JSON.stringify(problemOf(error).body));
    }
    wake();
  }

  async #room(): Promise<void> {
    while (this.#ready.length >= AHEAD && !this.#isClosed) {
      this.#hasRoom = Promise.withResolvers();
      await this.#hasRoom.promise;
    }
  }
}

function blockOf({ event, position, data }: LiveMessage): Uint8Array {
  return eventBlock(event, String(position), data);
}
