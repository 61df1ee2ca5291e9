import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { splitArguments } from '../query/arguments.ts';
import { callOf, type FoundQuery, type NamedCall } from '../query/named-query.ts';
import type { ViewAnswer } from '../query/view-answer.ts';
import type { QueryOptions } from '../query/query-view.ts';
import { formOf } from './accept.ts';
import { COPY_PATIENCE, markMemento, pointOf } from './as-of.ts';
import { postedArguments } from './posted-arguments.ts';
import { problemResponse } from './problem.ts';
import { queryPreferences } from './query-preferences.ts';
import type { Services } from './services.ts';
import { parametersOf, queryOptionsOf } from './view-request.ts';
import { viewResponse } from './view-response.ts';

const ALLOWED = 'GET, HEAD, POST, OPTIONS';

/** `/views/rpc/<query>`: the rows of a named query, with its parameters in the query string, or posted. */
export function namedQueryRoutes(services: Services): Hono {
  const app = new Hono();
  app.on(['GET', 'POST'], '/views/rpc/:query', async (c) => {
    const form = formOf(c.req.header('Accept'));
    const preferences = queryPreferences(c.req.header('Prefer'));
    const found = services.namedQuery(c.req.param('query'));
    const { call, rest } = await (c.req.method === 'POST' ? posted(c, found) : inAddress(c, found));
    const answer = await answerOf(c, services, call, rest, queryOptionsOf(c, services, preferences.count));
    return viewResponse(c, answer, form, services.head(), preferences.applied);
  });
  app.options('/views/rpc/:query', (c) => c.body(null, 204, { Allow: ALLOWED }));
  app.all('/views/rpc/:query', (c) => {
    c.header('Allow', ALLOWED);
    return problemResponse(
      c,
      new ProjectionistError('METHOD_NOT_ALLOWED', 'A named query is read with GET or POST', {
        hint: 'It changes nothing; events do.',
      }),
    );
  });
  return app;
}

interface Asked {
  readonly call: NamedCall;
  /** What the query string asks of the rows. */
  readonly rest: URLSearchParams;
}

async function inAddress(c: Context, found: FoundQuery): Promise<Asked> {
  const { given, rest } = splitArguments(found.query.parameters, parametersOf(c.req));
  return { call: await callOf(found, given), rest };
}

async function posted(c: Context, found: FoundQuery): Promise<Asked> {
  const given = await postedArguments(c, found.query.parameters);
  return { call: await callOf(found, given), rest: parametersOf(c.req) };
}

async function answerOf(
  c: Context,
  services: Services,
  call: NamedCall,
  rest: URLSearchParams,
  options: QueryOptions,
): Promise<ViewAnswer> {
  const point = pointOf(c);
  if (point === undefined) return services.call(call, rest, options);
  const resolved = await services.resolvePoint(point);
  const answer = await services.callAsOf(call, rest, resolved.position, COPY_PATIENCE, options);
  markMemento(c, point, resolved);
  return answer;
}
