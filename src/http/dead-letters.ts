import { type Context, Hono } from 'hono';
import type { OperationName } from '../engine/commands/operations.ts';
import { callerOf } from './caller.ts';
import { reasonIn } from './reason.ts';
import type { Services } from './services.ts';

/** `/projections/<name>/dead-letters`: what could not be applied, and what is to become of it. */
export function deadLetterRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/projections/:name/dead-letters', (c) => c.json(services.deadLetters(parameter(c, 'name'))));
  app.get('/projections/:name/dead-letters/:partition', (c) =>
    c.json(services.partitionLetters(parameter(c, 'name'), parameter(c, 'partition'))),
  );
  const decide = async (c: Context, operation: OperationName): Promise<Response> => {
    const options = {
      partition: parameter(c, 'partition'),
      reason: await reasonIn(c),
      by: callerOf(c).name,
    };
    return c.json(await services.operate(parameter(c, 'name'), operation, options));
  };
  app.post('/projections/:name/dead-letters/:partition/retry', (c) => decide(c, 'retry'));
  app.post('/projections/:name/dead-letters/:partition/discard', (c) => decide(c, 'discard'));
  return app;
}

function parameter(c: Context, name: string): string {
  return c.req.param(name) as string;
}
