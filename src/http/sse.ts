/** What a stream of server-sent events is read from. */
export interface SseSource {
  /** The next block, or undefined until `wake` is called. Called only while the connection has room. */
  next(): Uint8Array | undefined;
  /** The id to tell with a heartbeat, so that whoever reconnects need not go far back. */
  heartbeatId(): string | undefined;
  /** Begins; `wake` says that there may be a next block, `end` sends last words and closes. */
  start(wake: () => void, end: (lastWords: Uint8Array) => void): void;
  /** The reader has gone, or the stream has ended. */
  close(): void;
}

/** Bytes that may wait for one connection before it counts as slow; what the sockets hold comes on top. */
const ROOM = 64 * 1024;
const encoder = new TextEncoder();

/**
 * A stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). A block is taken from
 * the source only when the connection has room for it: nothing is queued for a reader that does not read.
 */
export function sseStream(source: SseSource, heartbeat: number): ReadableStream<Uint8Array> {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: ROOM });
  return new ReadableStream(new Pump(source, heartbeat), strategy);
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** Moves blocks from a source to a stream, as long as there is room. */
class Pump {
  readonly #source: SseSource;
  readonly #heartbeat: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(source: SseSource, heartbeat: number) {
    this.#source = source;
    this.#heartbeat = heartbeat;
  }

  start(controller: Controller): void {
    controller.enqueue(comment('connected'));
    this.#timer = setInterval(() => this.#beat(controller), this.#heartbeat);
    this.#source.start(
      () => this.pull(controller),
      (lastWords) => this.#end(controller, lastWords),
    );
  }

  pull(controller: Controller): void {
    try {
      while (this.#hasRoom(controller)) {
        const block = this.#source.next();
        if (block === undefined) return;
        controller.enqueue(block);
      }
    } catch (error) {
      this.cancel();
      controller.error(error);
    }
  }

  /** The reader has gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#source.close();
  }

  #end(controller: Controller, lastWords: Uint8Array): void {
    if (this.#isOver) return;
    controller.enqueue(lastWords);
    controller.close();
    this.cancel();
  }

  #beat(controller: Controller): void {
    if (this.#hasRoom(controller)) controller.enqueue(heartbeatBlock(this.#source.heartbeatId()));
  }

  #hasRoom(controller: Controller): boolean {
    return !this.#isOver && (controller.desiredSize ?? 0) > 0;
  }
}

/** One event. `data` must have no line breaks, which JSON text has not. */
export function eventBlock(event: string | undefined, id: string, data: string): Uint8Array {
  return encoder.encode(`${event === undefined ? '' : `event: ${event}\n`}id: ${id}\ndata: ${data}\n\n`);
}

/** An event without an id: a reader that reconnects goes on after the one before. */
export function eventWithoutId(event: string, data: string): Uint8Array {
  return encoder.encode(`event: ${event}\ndata: ${data}\n\n`);
}

function comment(text: string): Uint8Array {
  return encoder.encode(`: ${text}\n\n`);
}

/** A block without data is no event, but its id counts (the specification's dispatch steps 1 and 2). */
function heartbeatBlock(id: string | undefined): Uint8Array {
  return id === undefined ? comment('alive') : encoder.encode(`: alive\nid: ${id}\n\n`);
}

/** Tells the reader to come again after so many milliseconds. */
export function comeAgain(milliseconds: number): Uint8Array {
  return encoder.encode(`: stopping\nretry: ${milliseconds}\n\n`);
}

/** No proxy is to hold anything back, or to change it. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  // Nothing follows a stream on its connection; a server that stops need not wait until it counts as idle.
  Connection: 'close',
};
