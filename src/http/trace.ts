import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { callerOf } from './caller.ts';
import { jsonAnswer } from './json-answer.ts';
import type { Services } from './services.ts';
import { parametersOf } from './view-request.ts';

/** `/views/<view>/trace?key=A`: what each event did to a row. */
export function traceRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/views/:view/trace', async (c) => {
    const view = c.req.param('view');
    const key = keyIn(c);
    const policy = services.policies().for(callerOf(c).claims);
    const { position, entries } = await services.trace({ view, key, policy });
    return jsonAnswer(c, { view, key, position, entries });
  });
  return app;
}

/** `key=A&key=B`: the values of the primary key, in its order. Throws REQUEST_INVALID. */
function keyIn(c: Context): string[] {
  const parameters = [...parametersOf(c.req)];
  const other = parameters.find(([name]) => name !== 'key');
  if (other === undefined && parameters.length > 0) return parameters.map(([, value]) => value);
  throw new ProjectionistError(
    'REQUEST_INVALID',
    other === undefined ? 'Which row?' : `There is no parameter ${other[0].slice(0, 50)}`,
    { hint: 'Ask for ?key=A, or ?key=A&key=B where the primary key has two columns.' },
  );
}
