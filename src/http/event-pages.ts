import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { RecordedEvent } from '../event-log/event.ts';
import type { ReadOptions } from '../event-log/reader.ts';

export const LARGEST_PAGE = 1000;
const USUAL_PAGE = 100;
const KNOWN = new Set(['after', 'limit', 'type', 'stream']);

/** Which events a request asks for. Throws QUERY_INVALID, naming the parameter. */
export function readOptions(c: Context): ReadOptions & { readonly limit: number } {
  const unknown = Object.keys(c.req.queries()).find((name) => !KNOWN.has(name));
  if (unknown !== undefined)
    throw new ProjectionistError('QUERY_INVALID', `${unknown} is no parameter here`, {
      hint: `Parameters are ${[...KNOWN].join(', ')}.`,
    });
  const types = (c.req.queries('type') ?? []).flatMap((list) => list.split(',')).filter(Boolean);
  return {
    after: whole(c, 'after') ?? 0,
    limit: Math.min(LARGEST_PAGE, whole(c, 'limit') ?? USUAL_PAGE),
    stream: c.req.query('stream'),
    types: types.length > 0 ? types : undefined,
  };
}

/** `Link: <…>; rel="next"` (RFC 8288), where the page is full, so that there may be more. */
export function linkToNext(c: Context, events: readonly RecordedEvent[], limit: number): void {
  const last = events.at(-1);
  if (last === undefined || events.length < limit) return;
  const next = new URL(c.req.url);
  next.searchParams.set('after', String(last.position));
  c.header('Link', `<${next.pathname}${next.search}>; rel="next"`);
}

function whole(c: Context, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProjectionistError('QUERY_INVALID', `${name} is no whole number`, { hint: `Write ${name}=10.` });
}
