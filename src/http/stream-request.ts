import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';

/** True where a request wants server-sent events, as every EventSource does. */
export function wantsEventStream(c: Context): boolean {
  return c.req.method === 'GET' && /\btext\/event-stream\b/i.test(c.req.header('Accept') ?? '');
}

/**
 * The position after which a reader goes on: `Last-Event-ID`, which an EventSource sends when it reconnects, or the
 * parameter `lastEventId` for clients that cannot set headers. Throws REQUEST_INVALID.
 */
export function lastEventId(c: Context): number | undefined {
  const id = c.req.header('Last-Event-ID')?.trim() ?? c.req.query('lastEventId');
  if (id === undefined || id === '') return undefined;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new ProjectionistError('REQUEST_INVALID', `Last-Event-ID: ${id.slice(0, 100)} is no position`, {
    hint: 'Send the id of the last event that was received, or none.',
  });
}
