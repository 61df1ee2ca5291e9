import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds between two looks at connections that may have become idle. */
const SWEEP = 25;
/** Milliseconds for a reader of a stream to take its last words, and for a client to send the rest of its headers. */
const LAST_WORDS = 1000;

/** The requests of a server that are not answered yet, and how to come to the end of them. */
export class OpenRequests {
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  #isDraining = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const open = this.#open;
    // One function for all of them, that is told the response as `this`: a closure for each would cost more than the Set.
    function forget(this: ServerResponse): void {
      open.delete(this);
    }
    server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
      open.add(response);
      if (this.#isDraining) response.shouldKeepAlive = false;
      response.on('close', forget);
    });
  }

  /** Such as `GET /views/orders`. */
  list(): string[] {
    // Without its query, which may hold what is nobody's business.
    return [...this.#open].map(({ req }) => `${req.method} ${req.url?.split('?')[0]}`);
  }

  /** Takes no more connections, and resolves when every request is answered and every connection closed. */
  drain(): Promise<void> {
    this.#isDraining = true;
    for (const response of this.#open) if (!response.headersSent) response.shouldKeepAlive = false;
    return new Promise((resolve) => {
      const sweep = setInterval(() => this.#server.closeIdleConnections(), SWEEP);
      const cut = setTimeout(() => this.#cutIdle(), LAST_WORDS);
      this.#server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  /** Cuts connections that only stand in the way: of streams that were told to end, and without a whole request. */
  #cutIdle(): void {
    const busy = new Set(
      [...this.#open].filter((response) => !isStream(response)).map(({ socket }) => socket),
    );
    for (const socket of this.#sockets) if (!busy.has(socket)) socket.destroy();
  }
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');
}
