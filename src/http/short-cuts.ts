import type { Context, Hono, MiddlewareHandler } from 'hono';
import type { FindCallers } from './authenticate.ts';
import type { Caller } from './caller.ts';
import type { ListenerBindings } from './node-listener.ts';
import type { AnswerQuickly, QuickAnswer } from './quick-views.ts';
import type { ViewRequest } from './quick-request.ts';
import { givenRequestId, newRequestId } from './request-ids.ts';
import type { Services } from './services.ts';

/** Requests that the first short cut has passed on: the second one would do no better. */
const passedOn = new WeakSet<Request>();

/** An address of a view whose name needs no decoding. */
const ADDRESS = /^https?:\/\/[^/?#]*\/views\/([\w-]+)(?:\?[^#]*)?$/;
/** The same below where a listener is mounted. */
const BELOW = /^\/views\/([\w-]+)(?:\?[^#]*)?$/;

/** Asks the short way before any route is looked for. An app that this one is mounted in asks the routes alone. */
export function shortCutAhead(
  app: Hono,
  services: Services,
  answer: AnswerQuickly,
  { byHeader, ofHost }: FindCallers,
): void {
  if (ofHost !== undefined) return;
  const whole = app.fetch;
  const quick = traced(services, answer);
  app.fetch = (request, env, context) => {
    const asked = viewRequest(request, (env as Partial<ListenerBindings> | undefined)?.below);
    if (asked === undefined) return whole(request, env, context);
    const passOn = () => {
      passedOn.add(request);
      return whole(request, env, context);
    };
    const respond = (found: QuickAnswer | undefined) => (found === undefined ? passOn() : responseOf(found));
    const caller = byHeader(asked.header('authorization'));
    const requestId = givenRequestId(asked.header('x-request-id')) ?? newRequestId();
    const found =
      caller instanceof Promise
        ? // The whole app meets the same error, and knows how to say it.
          caller.then((known) => quick(asked, known, requestId)).catch(() => undefined)
        : quick(asked, caller, requestId);
    return found instanceof Promise ? found.then(respond) : respond(found);
  };
}

function viewRequest(request: Request, below: string | undefined): ViewRequest | undefined {
  if (request.method !== 'GET') return undefined;
  const { url } = request;
  const view = (below === undefined ? ADDRESS.exec(url) : BELOW.exec(below))?.[1];
  if (view === undefined) return undefined;
  const { headers } = request;
  return { url, view, header: (name) => headers.get(name) ?? undefined };
}

/** The same answers, with a span around each where there is somebody who takes spans. */
function traced({ signals: { tracing } }: Services, answer: AnswerQuickly): AnswerQuickly {
  return (request, caller, requestId) => {
    if (!tracing.isOn) return answer(request, caller, requestId);
    const startedAt = performance.timeOrigin + performance.now();
    const found = answer(request, caller, requestId);
    if (found === undefined) return undefined;
    const status = found instanceof Promise ? 200 : found.status;
    const seen = { status, route: '/views/:view', error: undefined };
    tracing.served({ method: 'GET', url: request.url, header: request.header }, startedAt, seen);
    return found;
  };
}

/**
 * The short cut where the app is mounted in another one, or the host says who asks: the first handler of a view's route.
 * A host that has set one of our headers itself is answered the whole way, which knows whose counts.
 */
export function shortCut(answer: AnswerQuickly, findCallers: FindCallers): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== 'GET' || passedOn.has(c.req.raw)) return next();
    const caller = await callerQuickly(c, findCallers);
    const requestId = givenRequestId(c.req.header('X-Request-Id')) ?? c.get('requestId') ?? newRequestId();
    c.set('requestId', requestId);
    const given = [...c.body(null).headers];
    if (given.some(([name, value]) => isOurs(name, value, requestId))) return next();
    const request = {
      url: c.req.url,
      view: c.req.param('view') as string,
      header: (name: string) => c.req.header(name),
    };
    const found = await answer(request, caller, requestId);
    if (found === undefined) return next();
    if (given.length === 0) return responseOf(found);
    // Of the overloads of c.body() none takes both.
    return c.body(found.body as string, found.status as 200, found.headers);
  };
}

async function callerQuickly(c: Context, { byHeader, ofHost }: FindCallers): Promise<Caller | undefined> {
  try {
    return await (ofHost?.(c) ?? byHeader(c.req.header('Authorization')));
  } catch {
    // The whole app meets the same error, and knows how to say it.
    return undefined;
  }
}

/** Names of headers that answers of ours may have. */
const OURS =
  /^(access-control-(allow-origin|expose-headers)|cache-control|content-.*|cross-origin-resource-policy|etag|link|preference-applied|projection-.*|range-unit|referrer-policy|vary|x-content-type-options|x-request-id)$/;

function isOurs(name: string, value: string, requestId: string): boolean {
  return OURS.test(name) && !(name === 'x-request-id' && value === requestId);
}

/** Not c.body(), which would make a Headers object of the headers. */
function responseOf({ body, status, headers }: QuickAnswer): Response {
  return new Response(body, { status, headers });
}
