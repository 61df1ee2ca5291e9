import type { MiddlewareHandler } from 'hono';
import { ProjectionistError } from '../errors.ts';

/** Refuses URLs that are too long (414), or whose percent-encoding is no UTF-8 (400): nothing is guessed at. */
export function checkUrl(longest: number): MiddlewareHandler {
  return (c, next) => {
    checkUrlText(c.req.url, longest);
    return next();
  };
}

/** Throws URL_TOO_LONG or REQUEST_INVALID. */
export function checkUrlText(url: string, longest: number): void {
  if (url.length > longest)
    throw new ProjectionistError('URL_TOO_LONG', `The URL is longer than ${longest} bytes`, {
      hint: 'Ask for less at once, or post the parameters where that is possible.',
    });
  if (url.includes('%')) decodeOrRefuse(url);
}

function decodeOrRefuse(url: string): void {
  try {
    decodeURIComponent(url);
  } catch (error) {
    throw new ProjectionistError('REQUEST_INVALID', 'The URL is not percent-encoded UTF-8', {
      hint: 'Write %25 for a percent sign, and encode text as UTF-8.',
      cause: error,
    });
  }
}
