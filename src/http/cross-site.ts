import type { MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { HttpSettings } from './settings.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what a page of another site makes a browser send: without it, any page that a developer visits could append
 * events to the server on this machine, as simple requests need no preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
 * Programs send neither Origin nor Sec-Fetch-Site, and are not concerned.
 */
export function refuseCrossSite({ cors }: HttpSettings): MiddlewareHandler {
  return (c, next) => {
    if (SAFE.has(c.req.method)) return next();
    const origin = c.req.header('Origin');
    if (origin === undefined || isOwn(origin, c.req.url)) return next();
    if (cors !== undefined && (cors.origins === '*' || cors.origins.includes(origin))) return next();
    throw new ProjectionistError('FORBIDDEN', 'Pages of another origin may not change anything', {
      hint: 'Add the origin to cors.origins in the settings.',
    });
  };
}

/** By host alone: behind a proxy that ends TLS, the scheme differs. */
function isOwn(origin: string, url: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}
