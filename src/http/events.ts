import { type Context, Hono } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { NewEvent } from '../event-log/event.ts';
import type { ReadOptions } from '../event-log/reader.ts';
import type { ExpectedVersion } from '../event-log/writer.ts';
import type { Services } from './services.ts';

const LARGEST_PAGE = 1000;
const USUAL_PAGE = 100;

/** `/events` and `/streams/<stream>`: append and read. */
export function eventRoutes(services: Services): Hono {
  const app = new Hono();
  app.get('/events', (c) => c.json(services.events(readOptions(c))));
  app.post('/events', async (c) => append(c, services, await eventsIn(c), new Map()));
  app.get('/streams/:stream', (c) => {
    const stream = c.req.param('stream');
    const events = services.events({ ...readOptions(c), stream });
    if (events.length === 0 && c.req.query('after') === undefined) {
      throw new ProjectionistError('NOT_FOUND', 'There is no such stream', {
        hint: 'A stream begins with its first event.',
      });
    }
    return c.json(events);
  });
  app.post('/streams/:stream', async (c) => {
    const stream = c.req.param('stream');
    const events = (await eventsIn(c)).map((event) => ({ ...event, stream }));
    return append(c, services, events, new Map([[stream, expectedVersion(c)]]));
  });
  return app;
}

async function append(
  c: Context,
  services: Services,
  events: NewEvent[],
  expected: ReadonlyMap<string, ExpectedVersion>,
): Promise<Response> {
  const result = await services.append(events, expected);
  const isNew = result.events.some(({ isDuplicate }) => !isDuplicate);
  return c.json(result, isNew ? 201 : 200, { Location: `/events?after=${result.position - 1}&limit=1` });
}

async function eventsIn(c: Context): Promise<NewEvent[]> {
  const type = (c.req.header('Content-Type') ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new ProjectionistError('MEDIA_TYPE_UNSUPPORTED', `Events cannot be read from ${type}`, {
      hint: 'Send application/json: an event, or an array of them.',
    });
  }
  try {
    const body = await c.req.json<NewEvent | NewEvent[]>();
    return Array.isArray(body) ? body : [body];
  } catch (error) {
    throw new ProjectionistError('QUERY_INVALID', `The body is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** `If-Match: "3"` (RFC 9110) asks for version 3, `If-None-Match: *` for a stream that is new. */
function expectedVersion(c: Context): ExpectedVersion {
  if (c.req.header('If-None-Match') === '*') return 'none';
  const tag = c.req.header('If-Match');
  if (tag === undefined || tag === '*') return undefined;
  const version = /^"?(\d+)"?$/.exec(tag)?.[1];
  if (version !== undefined) return Number(version);
  throw new ProjectionistError('QUERY_INVALID', `If-Match: ${tag} is no version`, {
    hint: 'Write If-Match: "3", with the number of events that the stream has.',
  });
}

function readOptions(c: Context): ReadOptions {
  const types = c.req.queries('type') ?? [];
  return {
    after: whole(c, 'after') ?? 0,
    limit: Math.min(LARGEST_PAGE, whole(c, 'limit') ?? USUAL_PAGE),
    stream: c.req.query('stream'),
    types: types.length > 0 ? types : undefined,
  };
}

function whole(c: Context, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProjectionistError('QUERY_INVALID', `${name}=${text} is no whole number`, {
    hint: `Write ${name}=10.`,
  });
}
