import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { foreignHostRefusal } from './local-host.ts';
import { OpenRequests } from './open-requests.ts';
import { type HttpSettings, limitsOf } from './settings.ts';

export interface RunningServer {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Stops taking connections and resolves when the open requests are answered. */
  close(): Promise<void>;
  /** The requests that are not answered yet, such as `GET /views/orders`. */
  openRequests(): string[];
}

export interface ServeOptions extends HttpSettings {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Bytes of a request's headers, for which Node counts the URL too; the URL has a limit of its own. */
const LARGEST_HEAD = 64 * 1024;
/** Milliseconds for a client to send the headers: one that sends them drop by drop is not waited for. */
const HEADERS_TIMEOUT = 10_000;

/** Serves an app. Throws PORT_IN_USE, or CONFIG_INVALID for an address that is none. */
export function serve(app: Hono, { host, port, ...settings }: ServeOptions): Promise<RunningServer> {
  const refuse = foreignHostRefusal({ host, ...settings });
  const server = createAdaptorServer({
    fetch: (request, env) => refuse((env as HttpBindings).incoming.headers.host) ?? app.fetch(request, env),
    serverOptions: {
      maxHeaderSize: LARGEST_HEAD,
      headersTimeout: Math.min(HEADERS_TIMEOUT, limitsOf(settings).requestSeconds * 1000),
      requestTimeout: limitsOf(settings).requestSeconds * 1000,
      connectionsCheckingInterval: 1000,
    },
  });
  const requests = new OpenRequests(server as Server);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      const { port: chosen } = server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `http://${name}:${chosen}`,
        close: () => requests.drain(),
        openRequests: () => requests.list(),
      });
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === 'EADDRINUSE') {
    return new ProjectionistError('PORT_IN_USE', `Something already listens on ${host}:${port}`, {
      hint: `Stop it, or choose another port: --port ${port + 1}.`,
      cause: error,
    });
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EACCES') {
    return new ProjectionistError('CONFIG_INVALID', `Cannot listen on ${host}:${port}: ${error.message}`, {
      hint: 'Check --host and --port.',
      cause: error,
    });
  }
  return error;
}
