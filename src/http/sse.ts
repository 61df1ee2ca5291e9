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
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    source.close();
  };
  let fill = (): void => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const hasRoom = (): boolean => !isOver && (controller.desiredSize ?? 0) > 0;
        fill = () => {
          for (let block = hasRoom() ? source.next() : undefined; block !== undefined;) {
            controller.enqueue(block);
            block = hasRoom() ? source.next() : undefined;
          }
        };
        const end = (lastWords: Uint8Array): void => {
          if (isOver) return;
          controller.enqueue(lastWords);
          controller.close();
          finish();
        };
        controller.enqueue(comment('connected'));
        timer = setInterval(() => {
          if (hasRoom()) controller.enqueue(heartbeatBlock(source.heartbeatId()));
        }, heartbeat);
        source.start(() => fill(), end);
      },
      pull: () => fill(),
      cancel: finish,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: ROOM }),
  );
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
