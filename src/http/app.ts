import { Hono } from 'hono';
import { consoleRoutes } from '../console/routes.ts';
import { ProjectionistError } from '../errors.ts';
import { callerFinders } from './authenticate.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { discoveryRoutes } from './discovery.ts';
import { allowedMethods, edge } from './edge.ts';
import { eventStreamRoutes } from './event-stream.ts';
import { eventRoutes } from './events.ts';
import { noteFailure } from './failures.ts';
import { faultReports } from './fault-reports.ts';
import { liveRoutes } from './live.ts';
import { pathBelowMount } from './node-listener.ts';
import { pathOf } from './path-of.ts';
import { problemResponse } from './problem.ts';
import { projectionRoutes } from './projections.ts';
import { quickViews } from './quick-views.ts';
import type { Services } from './services.ts';
import type { HttpSettings } from './settings.ts';
import { shortCut, shortCutAhead } from './short-cuts.ts';
import { traceRoutes } from './trace.ts';
import { traceRequests } from './trace-requests.ts';
import { viewAnswers } from './view-answers.ts';
import { viewRoutes } from './views.ts';

/** The HTTP API. It can be served as it is, or mounted in another Hono app. */
export function createApp(services: Services, settings: HttpSettings = {}): Hono {
  const app = new Hono({ getPath: pathBelowMount });
  const findCallers = callerFinders(settings.auth);
  const quick = quickViews(services, settings);
  app.use(traceRequests(services.signals));
  app.use('/views/:view', shortCut(quick, findCallers));
  app.use(allowedMethods(app));
  app.route('/', consoleRoutes());
  app.route('/', edge(services, settings, findCallers));
  app.route('/', discoveryRoutes(services, settings));
  app.use('/views/rpc/:query', viewAnswers('query', services, settings));
  app.use('/views/:view', viewAnswers('view', services, settings));
  app.route('/', liveRoutes(services));
  app.route('/', viewRoutes(services));
  app.route('/', traceRoutes(services));
  app.route('/', projectionRoutes(services));
  app.route('/', deadLetterRoutes(services));
  app.route('/', eventStreamRoutes(services));
  app.route('/', eventRoutes(services));
  app.notFound((c) =>
    problemResponse(
      c,
      new ProjectionistError('NOT_FOUND', `There is nothing at ${c.req.method} ${pathOf(c)}`, {
        hint: 'Try GET /views, /projections, /events, /healthz or /readyz.',
      }),
    ),
  );
  const report = faultReports((error) => services.reportFault(error));
  app.onError((error, c) => {
    report(error);
    const answer = problemResponse(c, error);
    noteFailure(services.signals, c, answer.status, error);
    return answer;
  });
  shortCutAhead(app, services, quick, findCallers);
  return app;
}
