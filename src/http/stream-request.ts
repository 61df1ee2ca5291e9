import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { LastEvent } from '../query/live/live-queries.ts';

/** True where a request wants server-sent events, as every EventSource does. */
export function wantsEventStream(c: Context): boolean {
  return (c.req.method === 'GET' || isHead(c)) && namesEventStream(c.req.header('Accept') ?? '');
}

/** True where only what a stream's answer begins with is wanted: nothing may be left open for it. */
export function isHead(c: Context): boolean {
  return c.req.method === 'HEAD';
}

/** True where an `Accept` header names server-sent events. */
export function namesEventStream(accept: string): boolean {
  return /\btext\/event-stream\b/i.test(accept);
}

/**
 * The last event that a reader has, and after which it goes on: `Last-Event-ID`, which an EventSource sends when it reconnects, or the
 * parameter `lastEventId` for clients that cannot set headers. Throws REQUEST_INVALID.
 */
export function lastEventId(c: Context): LastEvent | undefined {
  const id = c.req.header('Last-Event-ID')?.trim() ?? c.req.query('lastEventId');
  if (id === undefined || id === '') return undefined;
  const [, position, mark = ''] = /^(\d{1,15})(?:-([\da-f]{8}))?$/.exec(id) ?? [];
  if (position !== undefined) return { position: Number(position), mark };
  throw new ProjectionistError('REQUEST_INVALID', `Last-Event-ID: ${id.slice(0, 100)} is no position`, {
    hint: 'Send the id of the last event that was received, or none.',
  });
}

/** The id of an event: its position, and where policies decide what is seen, what stands for them. */
export function eventId(position: number, mark: string): string {
  return mark === '' ? String(position) : `${position}-${mark}`;
}
