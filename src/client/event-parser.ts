/** A server-sent event. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** The last id that was sent, with this event or before it. */
  readonly id: string;
}

/**
 * Reads a stream of server-sent events, as "Interpreting an event stream" of the WHATWG's standard says
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
 */
export class EventParser {
  /** The id to reconnect with: that of the last block that is complete, also where it was no event. */
  lastId: string;
  /** Milliseconds after which the server wants to be asked again, once it has said so. */
  retry: number | undefined;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #endedWithReturn = false;
  #id: string;
  #event = '';
  #data: string[] = [];

  constructor(lastId = '') {
    this.lastId = lastId;
    this.#id = lastId;
  }

  /** The events that a chunk completes. */
  *push(chunk: Uint8Array): Generator<ServerSentEvent> {
    for (const line of this.#lines(this.#decoder.decode(chunk, { stream: true }))) {
      if (line !== '') this.#read(line);
      else yield* this.#dispatch();
    }
  }

  /** The lines that a piece of text completes: they end with CR, LF or both, which may come in two pieces. */
  #lines(piece: string): string[] {
    if (piece === '') return [];
    const text = this.#endedWithReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#endedWithReturn = piece.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + (lines[0] as string);
    this.#rest = lines.pop() as string;
    return lines;
  }

  #read(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }

  *#dispatch(): Generator<ServerSentEvent> {
    const event = this.#event === '' ? 'message' : this.#event;
    const data = this.#data;
    this.lastId = this.#id;
    this.#event = '';
    this.#data = [];
    if (data.length > 0) yield { event, data: data.join('\n'), id: this.lastId };
  }
}
