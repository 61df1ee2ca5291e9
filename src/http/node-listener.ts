import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { getPath } from 'hono/utils/url';

/** Answers a request of Node's own server, and of whatever hands its requests on: Express, Connect. */
export type NodeListener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** What Express, Connect and body parsers do with a request before they hand it on. */
interface HandedOn extends IncomingMessage {
  /** The whole path; `url` is then what is left of it below the mount. */
  readonly originalUrl?: string;
  /** The bytes of a body that was read. */
  readonly rawBody?: unknown;
}

/** What a request brings with it that came by a listener. */
export interface ListenerBindings extends HttpBindings {
  /** The path and query below the mount. */
  readonly below: string;
  /** True where somebody has read the body, and kept nothing of it. */
  readonly isBodyRead: boolean;
}

/**
 * An app as a listener for Node's requests. Its routes are looked for below the path that it is mounted under, while links
 * and `Location` have the whole one.
 */
export function nodeListener(app: Hono): NodeListener {
  const found = new WeakMap<IncomingMessage, Omit<ListenerBindings, keyof HttpBindings>>();
  const listener = getRequestListener(
    (request, env) => {
      const bindings = env as HttpBindings;
      return app.fetch(platformRequest(request), { ...bindings, ...found.get(bindings.incoming) });
    },
    // The process is somebody else's.
    { overrideGlobalObjects: false },
  );
  return (incoming: HandedOn, outgoing) => {
    const { url = '/', originalUrl = url } = incoming;
    const isBodyRead = incoming.readableDidRead && !(incoming.rawBody instanceof Buffer);
    found.set(incoming, { below: url, isBodyRead });
    // The request is made of `url` before this returns, and whoever handed it on has it back as it was.
    incoming.url = originalUrl;
    const answered = listener(incoming, outgoing);
    incoming.url = url;
    return answered;
  };
}

/** As a Request that the platform's own `new Request(…)` takes, as Hono makes it of one whose length is not told. */
function platformRequest(request: Request): Request {
  const { method, url, headers } = request;
  if (method === 'GET' || method === 'HEAD' || headers.has('Content-Length')) return request;
  const { body, signal } = request;
  if (body === null) return request;
  return new Request(url, { method, headers, body, signal, duplex: 'half' });
}

/** For `new Hono({ getPath })`: where routes are looked for. */
export function pathBelowMount(request: Request, options?: { readonly env?: unknown }): string {
  const below = (options?.env as ListenerBindings | undefined)?.below;
  // A proxy's form, a whole URL, is under no mount.
  const isPath = below?.startsWith('/') === true;
  return getPath(isPath ? ({ url: `http://below${below}` } as Request) : request);
}
