import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { append, appendAnswer } from './append.ts';
import { linkToNext, readOptions } from './event-pages.ts';
import { tracedEvents } from './traced-events.ts';
import { expectedVersion, matches, refusePreconditions } from './preconditions.ts';
import type { Services } from './services.ts';

/** `/events` and `/streams/<stream>`: append and read. */
export function eventRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/events', async (c) => {
    const options = await readOptions(c, services);
    const events = services.events(options);
    linkToNext(c, events, options);
    return c.json(events);
  });
  app.post('/events', async (c) => {
    refusePreconditions(c);
    return appendAnswer(c, await append(services, await tracedEvents(c, services)));
  });
  app.get('/events/:position', (c) => {
    const position = Number(/^[1-9]\d{0,14}$/.exec(c.req.param('position'))?.[0]);
    const [event] = Number.isNaN(position) ? [] : services.events({ after: position - 1, limit: 1 });
    if (event?.position !== position)
      throw new ProjectionistError('NOT_FOUND', 'There is no event at this position', {
        hint: `Positions go from 1 to ${services.head()}.`,
      });
    // An event never changes.
    c.header('Cache-Control', 'private, max-age=31536000, immutable');
    return c.json(event);
  });
  app.get('/streams/:stream', (c) => readStream(c, services));
  app.post('/streams/:stream', async (c) => {
    const stream = c.req.param('stream');
    const expected = expectedVersion(c, stream, () => services.version(stream));
    const result = await append(
      services,
      await tracedEvents(c, services, stream),
      new Map([[stream, expected]]),
    );
    const version = result.events.reduce((last, event) => Math.max(last, event.version), 0);
    c.header('ETag', `"${version}"`);
    return appendAnswer(c, result);
  });
  return app;
}

/** A stream's events, tagged with the stream's version. */
async function readStream(c: Context, services: Services): Promise<Response> {
  const stream = c.req.param('stream') as string;
  const version = services.version(stream);
  if (version === 0)
    throw new ProjectionistError('NOT_FOUND', 'There is no such stream', {
      hint: 'A stream begins with its first event.',
    });
  c.header('ETag', `"${version}"`);
  c.header('Cache-Control', 'private, no-cache');
  const options = await readOptions(c, services);
  if (matches(c.req.header('If-None-Match'), `"${version}"`)) return c.body(null, 304);
  const events = services.events({ ...options, stream });
  linkToNext(c, events, options);
  return c.json(events);
}
