import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { ViewAnswer } from '../query/view-answer.ts';
import { contentRange } from './range.ts';
import type { Services } from './services.ts';
import type { HttpSettings } from './settings.ts';
import { VARY } from './view-answers.ts';
import { linkToNext } from './view-response.ts';
import { variantOf } from './view-tag.ts';

/** What a server of ours hands on beside the request: there is nothing between it and this app that changes headers. */
export interface DirectBindings extends HttpBindings {
  readonly directHeaders: IncomingHttpHeaders;
}

/** With any of these a request asks for more than rows, and goes the whole way. */
const DEMANDING = [
  'accept-datetime',
  'authorization',
  'if-none-match',
  'origin',
  'prefer',
  'range',
  'range-unit',
  'x-request-id',
] as const;

/** How rows may be asked for, and the mark that each leaves in the entity tag. */
const PLAIN_ACCEPTS = new Map(
  ['', '*/*', 'application/json'].map((accept) => [accept, variantOf([accept, '', ''], {})]),
);

/** Bytes from which an answer is compressed for those who take it. */
const COMPRESSED_FROM = 1024;

/** What `edge` says of every answer. */
const FIXED = {
  'Content-Type': 'application/json; charset=utf-8',
  'Range-Unit': 'items',
  Vary: VARY,
  'Cache-Control': 'no-cache',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};

/**
 * A short cut for the plainest and most frequent request: GET of a view's rows as JSON, with nothing to negotiate. It
 * answers with the very bytes and headers that the whole app would (a test holds the two together), three times as fast,
 * as it builds no Headers object; everything else, errors too, it leaves to the whole app.
 */
export function quickViews(services: Services, settings: HttpSettings): MiddlewareHandler {
  const isOpen = settings.auth === undefined && settings.cors === undefined;
  if (!isOpen) return (_, next) => next();
  return async (c, next) => {
    const headers = plainHeaders(c);
    const response = headers === undefined ? undefined : quickAnswer(c, services, headers);
    if (response === undefined) return next();
    return response;
  };
}

function plainHeaders(c: Context): IncomingHttpHeaders | undefined {
  const headers = (c.env as DirectBindings | undefined)?.directHeaders;
  if (headers === undefined || c.req.method !== 'GET') return undefined;
  for (const name of DEMANDING) if (headers[name] !== undefined) return undefined;
  return PLAIN_ACCEPTS.has(headers.accept ?? '') ? headers : undefined;
}

function quickAnswer(c: Context, services: Services, headers: IncomingHttpHeaders): Response | undefined {
  if (!services.policies().isEmpty) return undefined;
  const answer = answerOf(c, services);
  if (answer === undefined) return undefined;
  const body = answer.body;
  if (body.length >= COMPRESSED_FROM && /gzip|deflate/i.test(headers['accept-encoding']?.toString() ?? '')) {
    return undefined;
  }
  const fields = headersOf(answer, services.seenHead(), headers.accept ?? '');
  if (answer.next !== undefined) fields['Link'] = linkToNext(c.req.url, answer.next, answer.count, false);
  // Not c.body(), which would make a Headers object of them.
  return new Response(body, { status: 200, headers: fields });
}

function answerOf(c: Context, services: Services): ViewAnswer | undefined {
  const { url } = c.req;
  const at = url.indexOf('?');
  try {
    return services.queryAtOnce(
      c.req.param('view') as string,
      new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
    );
  } catch {
    // The whole app meets the same error, and knows how to say it.
    return undefined;
  }
}

function headersOf(answer: ViewAnswer, head: number, accept: string): Record<string, string> {
  const generation = `${answer.projection}-${answer.generation}`;
  return {
    ...FIXED,
    'Content-Range': contentRange(answer.offset, answer.count, answer.total),
    'Projection-Position': String(answer.position),
    'Projection-Lag': String(Math.max(0, head - answer.position)),
    'Projection-Generation': generation,
    ETag: `W/"${generation}.${answer.position}${PLAIN_ACCEPTS.get(accept)}"`,
    'X-Request-Id': randomUUID(),
  };
}
