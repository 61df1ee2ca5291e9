import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { ProjectionistError } from '../errors.ts';
import { ANY, authenticate, type FindCallers, guard } from './authenticate.ts';
import { callerOf } from './caller.ts';
import { checkUrl } from './check-url.ts';
import { compressed } from './compressed.ts';
import { isKept, refuseReadBody } from './read-body.ts';
import { refuseCrossSite } from './cross-site.ts';
import { docsRoutes } from './discovery.ts';
import { healthRoutes, readyRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import { problemResponse } from './problem.ts';
import { newRequestId } from './request-ids.ts';
import { secureHeaders } from './secure-headers.ts';
import type { Services } from './services.ts';
import { type HttpSettings, limitsOf } from './settings.ts';

/** The headers of ours that a page of another origin may read. */
export const EXPOSED = [
  'Content-Range',
  'ETag',
  'Event-Position',
  'Link',
  'Location',
  'Memento-Datetime',
  'Preference-Applied',
  'Projection-Generation',
  'Projection-Lag',
  'Projection-Parked',
  'Projection-Position',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];

/**
 * What every request passes before any resource sees it, in this order: marks and limits, the checks that need no
 * caller, health, and then who may.
 */
export function edge(services: Services, settings: HttpSettings, findCallers: FindCallers): Hono {
  const app = new Hono();
  // A host's own middleware may have given it one.
  app.use(requestId({ generator: (c) => c.get('requestId') ?? newRequestId() }));
  app.use(secureHeaders);
  if (settings.cors !== undefined)
    app.use(
      cors({ origin: settings.cors.origins, exposeHeaders: EXPOSED, maxAge: 600, allowMethods: METHODS }),
    );
  app.use(compressed());
  app.use(checkUrl(limitsOf(settings).url));
  app.use(refuseCrossSite(settings));
  app.route('/', healthRoutes());
  app.route('/', docsRoutes());
  const { auth } = settings;
  const isReadyzOpen = auth === undefined || auth === 'none' || auth.isReadyzOpen === true;
  if (isReadyzOpen) app.route('/', readyRoutes(services));
  if (settings.metrics?.isOpen === true) app.route('/', metricsRoutes(services));
  app.use(authenticate(auth, findCallers));
  if (!isReadyzOpen) app.route('/', readyRoutes(services));
  // Before the scopes: a token that may nothing may ask what it may.
  app.get('/whoami', (c) => {
    const { name, scopes } = callerOf(c);
    return c.json({ name, scopes: [...scopes] });
  });
  guardScopes(app, services);
  app.route('/', metricsRoutes(services));
  app.use(refuseReadBody);
  app.use(limitBody(limitsOf(settings).body));
  return app;
}

const METHODS = ['GET', 'HEAD', 'POST'];

/** What changes something needs a scope of its own, and one that is not known here the greatest; all else is reading. */
function guardScopes(app: Hono, services: Services): void {
  // Events carry what row policies keep from some readers of the views.
  const log = guard(['GET', 'HEAD'], 'operate', {
    isOnDuty: () => !services.policies().isEmpty,
    reason: 'Views have row policies, and events carry what those hide.',
  });
  for (const path of [
    '/events',
    '/events/:position',
    '/streams/:stream',
    '/projections/:name/dead-letters/*',
    '/projections/:name/verification',
  ])
    app.use(path, log);
  app.use('/events', guard(['POST'], 'append'));
  app.use('/streams/:stream', guard(['POST'], 'append'));
  app.use('/views/*', guard(ANY, 'read'));
  app.use(guard(['GET', 'HEAD', 'OPTIONS'], 'read'));
  app.use(guard(ANY, 'operate'));
}

/** Answers 405 with what is allowed to a method that a path does not have, and OPTIONS (RFC 9110, section 9.3.7). */
export function allowedMethods(app: Hono): ReturnType<typeof methodNotAllowed> {
  return methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      c.header('Allow', [...new Set([...methods, 'OPTIONS'])].join(', '));
      if (c.req.method === 'OPTIONS') return c.body(null, 204);
      return problemResponse(
        c,
        new ProjectionistError('METHOD_NOT_ALLOWED', `${c.req.method} is not possible here`, {
          hint: `Use ${methods.join(', ')}.`,
        }),
      );
    },
  });
}

function limitBody(maxSize: number): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize,
    onError: (c) =>
      problemResponse(
        c,
        new ProjectionistError('BODY_TOO_LARGE', `The request is larger than ${maxSize} bytes`, {
          hint: 'Send fewer events at once, or import a file with `projectionist append`.',
        }),
      ),
  });
  // What the host holds in memory already cannot be kept out of it.
  return (c, next) => (isKept(c) ? next() : limit(c, next));
}
