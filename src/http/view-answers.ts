import type { Context, MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { pointOf } from './as-of.ts';
import { freshness } from './freshness.ts';
import { matches } from './preconditions.ts';
import type { Services, Source } from './services.ts';
import { type HttpSettings, limitsOf } from './settings.ts';
import { wantsEventStream } from './stream-request.ts';
import { entityTag } from './view-tag.ts';
import { Waiting } from './waiting.ts';

/** What an answer depends on beside its URL. */
export const VARY = 'Accept, Prefer, Range, Accept-Datetime, Authorization, Accept-Encoding';

/** Who may see what is not for caches that many share. */
export function cacheControlOf({ auth }: HttpSettings): string {
  return auth === undefined ? 'no-cache' : 'private, no-cache';
}

/**
 * What every answer of a view or named query has in common, whatever form it takes: it waits for the position that the
 * request asks for, says how fresh it is, and answers 304 to who has it already, without running the query.
 */
export function viewAnswers(
  kind: 'view' | 'query',
  services: Services,
  settings: HttpSettings,
): MiddlewareHandler {
  const waiting = new Waiting(services, limitsOf(settings));
  const cacheControl = cacheControlOf(settings);
  return async (c, next) => {
    const name = c.req.param(kind) as string;
    const source = services.source(kind, name);
    if (source === undefined || isWrite(c, kind)) return next();
    const isPresent = pointOf(c) === undefined;
    let hasWaited = false;
    try {
      hasWaited = isPresent && (await waiting.until(c, source));
      if (hasWaited || source.generation === null) requireGeneration(services, kind, name);
    } catch (error) {
      describeSource(c, services, services.source(kind, name) ?? source);
      throw error;
    }
    const isStream = wantsEventStream(c);
    const isTagged = isPresent && kind === 'view' && !isStream;
    const unchanged = isTagged ? notModified(c, services, name, cacheControl) : undefined;
    if (unchanged !== undefined) return unchanged;
    // A stream's headers leave before its first row does.
    if (isStream) describeSource(c, services, services.source(kind, name) ?? source);
    await next();
    finish(c, { hasWaited, isTagged: isTagged && c.res.status < 300, cacheControl });
  };
}

/** Views answer to reading alone; a named query may be posted. */
function isWrite(c: Context, kind: 'view' | 'query'): boolean {
  return c.req.method !== 'GET' && c.req.method !== 'HEAD' && !(kind === 'query' && c.req.method === 'POST');
}

/** A view that is defined is no mistake of the caller's: it will be there. Throws PROJECTION_NOT_READY or PROJECTION_STOPPED. */
function requireGeneration(services: Services, kind: 'view' | 'query', name: string): void {
  const source = services.source(kind, name);
  if (source === undefined || source.generation !== null) return;
  const { projection } = source;
  const status = services.status().find((candidate) => candidate.name === projection);
  const evidence = { projection, position: status?.build?.position ?? 0 };
  if (status?.state === 'stopped')
    throw new ProjectionistError('PROJECTION_STOPPED', `${projection} could not be built`, {
      hint: `GET /projections/${projection} says why.`,
      evidence,
    });
  throw new ProjectionistError('PROJECTION_NOT_READY', `${projection} is being built for the first time`, {
    hint: 'Ask again soon, or wait for it with Prefer: min-position=0, wait=30.',
    evidence,
  });
}

/** 304 to who has it already; undefined to all others. */
function notModified(
  c: Context,
  services: Services,
  name: string,
  cacheControl: string,
): Response | undefined {
  const known = c.req.header('If-None-Match');
  const source = known === undefined ? undefined : services.source('view', name);
  if (known === undefined || source === undefined) return undefined;
  const tag = entityTag(c, source);
  if (!matches(known, tag)) return undefined;
  describeSource(c, services, source);
  c.header('ETag', tag);
  c.header('Vary', VARY);
  c.header('Cache-Control', cacheControl);
  return c.body(null, 304);
}

function finish(
  c: Context,
  { hasWaited, isTagged, cacheControl }: { hasWaited: boolean; isTagged: boolean; cacheControl: string },
): void {
  const { headers } = c.res;
  headers.set('Vary', VARY);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', cacheControl);
  if (hasWaited) headers.append('Preference-Applied', 'min-position');
  const answered = c.get('answered');
  if (isTagged && answered !== undefined && !headers.has('ETag')) headers.set('ETag', entityTag(c, answered));
}

/** How fresh what could be answered is, also where nothing is answered. */
function describeSource(c: Context, services: Services, source: Source): void {
  for (const [name, value] of Object.entries(freshness(source, services.head()))) c.header(name, value);
}
