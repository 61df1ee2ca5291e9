import type { IncomingHttpHeaders } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { ViewAnswer } from '../query/view-answer.ts';
import type { FindCaller } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { checkUrlText } from './check-url.ts';
import { compressedBody, encodingOf, isWorthCompressing } from './compressed-body.ts';
import { newRequestId } from './request-ids.ts';
import { QuickHeaders } from './quick-headers.ts';
import type { Services } from './services.ts';
import { quickRequest } from './trace-requests.ts';
import { type HttpSettings, limitsOf } from './settings.ts';

/** What a server of ours hands on beside the request: there is nothing between it and this app that changes headers. */
export interface DirectBindings extends HttpBindings {
  readonly directHeaders: IncomingHttpHeaders;
}

/** With any of these a request asks for more than rows, and goes the whole way. */
const DEMANDING = [
  'accept-datetime',
  'if-none-match',
  'prefer',
  'range',
  'range-unit',
  'x-request-id',
] as const;

/** How rows may be asked for. */
const PLAIN_ACCEPTS = new Set(['', '*/*', 'application/json']);

/** An address of a view whose name needs no decoding, with its query string. */
const ADDRESS = /^https?:\/\/[^/?#]*\/views\/([\w-]+)(?:\?([^#]*))?$/;

type Quick = Response | Promise<Response> | undefined;

/**
 * A short cut for the plainest and most frequent request: GET of a view's rows as JSON, with nothing to negotiate. It
 * answers with the very bytes and headers that the whole app would (a test holds the two together), several times as fast,
 * as it builds no Headers object; everything else, errors too, it leaves to the whole app, and answers undefined.
 */
export function quickViews(
  services: Services,
  settings: HttpSettings,
  findCaller: FindCaller,
): (request: Request, env: unknown) => Quick | Promise<Response | undefined> {
  const quickHeaders = new QuickHeaders(settings);
  const longest = limitsOf(settings).url;

  const answer = (url: string, headers: IncomingHttpHeaders, caller: Caller | undefined): Quick => {
    const [, view, search = ''] = ADDRESS.exec(url) ?? [];
    if (view === undefined || caller?.scopes.has('read') !== true) return undefined;
    const requestId = newRequestId();
    const found = rowsOf(() => {
      checkUrlText(url, longest);
      const policies = services.policies();
      const policy = policies.isEmpty ? undefined : policies.for(caller.claims);
      return services.queryAtOnce(view, parametersOf(search), { policy, requestId });
    });
    if (found === undefined) return undefined;
    const fields = quickHeaders.of(found, services.seenHead(), { url, headers, caller, requestId });
    // Not c.body(), which would make a Headers object of them.
    const respond = (body: string | Uint8Array<ArrayBuffer>) =>
      new Response(body, { status: 200, headers: fields });
    const encoding = isWorthCompressing(found.body) ? encodingOf(headers['accept-encoding']) : undefined;
    if (encoding === undefined) return respond(found.body);
    fields['Content-Encoding'] = encoding;
    const body = compressedBody(found.body, encoding);
    return body instanceof Promise ? body.then(respond) : respond(body);
  };

  /** The same with a span around it, where there is somebody who takes spans. */
  const serve = (request: Request, headers: IncomingHttpHeaders, caller: Caller | undefined): Quick => {
    const { tracing } = services.signals;
    if (!tracing.isOn) return answer(request.url, headers, caller);
    const startedAt = performance.timeOrigin + performance.now();
    const found = answer(request.url, headers, caller);
    const seen = { status: 200, route: '/views/:view', error: undefined };
    if (found !== undefined) tracing.served(quickRequest(request.url, headers), startedAt, seen);
    return found;
  };

  return (request, env) => {
    const headers = plainHeaders(request, env);
    if (headers === undefined) return undefined;
    const caller = findCaller(headers.authorization);
    if (!(caller instanceof Promise)) return serve(request, headers, caller);
    return caller.then(
      (known) => serve(request, headers, known),
      // The whole app meets the same error, and knows how to say it.
      () => undefined,
    );
  };
}

function plainHeaders(request: Request, env: unknown): IncomingHttpHeaders | undefined {
  const headers = (env as DirectBindings | undefined)?.directHeaders;
  if (headers === undefined || request.method !== 'GET') return undefined;
  for (const name of DEMANDING) if (headers[name] !== undefined) return undefined;
  return PLAIN_ACCEPTS.has(headers.accept ?? '') ? headers : undefined;
}

/** What URLSearchParams reads of a query string, several times as fast where nothing in it is encoded. */
export function parametersOf(search: string): Iterable<readonly [string, string]> {
  if (search.includes('%') || search.includes('+')) return new URLSearchParams(search);
  const parameters: (readonly [string, string])[] = [];
  for (const part of search.split('&')) {
    const at = part.indexOf('=');
    if (at >= 0) parameters.push([part.slice(0, at), part.slice(at + 1)]);
    else if (part !== '') parameters.push([part, '']);
  }
  return parameters;
}

function rowsOf(query: () => ViewAnswer | undefined): ViewAnswer | undefined {
  try {
    return query();
  } catch {
    // The whole app meets the same error, and knows how to say it.
    return undefined;
  }
}
