import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import { normalTime } from '../event-log/event-time.ts';
import type { RecordedEvent } from '../event-log/event.ts';
import type { ReadOptions } from '../event-log/reader.ts';
import type { Services } from './services.ts';

export const LARGEST_PAGE = 1000;
const USUAL_PAGE = 100;
const FILTERS = ['type', 'stream', 'correlation'];
const KNOWN = new Set([...FILTERS, 'after', 'before', 'since', 'until', 'order', 'limit']);

type EventFilter = Pick<ReadOptions, 'types' | 'stream' | 'correlation'>;

/** Which events a request asks for. Throws QUERY_INVALID, naming the parameter. */
export async function readOptions(
  c: Context,
  services: Services,
): Promise<ReadOptions & { readonly limit: number }> {
  const unknown = Object.keys(c.req.queries()).find((name) => !KNOWN.has(name));
  if (unknown !== undefined)
    throw new ProjectionistError('QUERY_INVALID', `${unknown} is no parameter here`, {
      hint: `Parameters are ${[...KNOWN].join(', ')}.`,
    });
  const { after, before } = await boundsOf(c, services);
  return {
    ...filterOf(c),
    after,
    before,
    isDescending: isDescending(c),
    limit: Math.min(LARGEST_PAGE, whole(c, 'limit') ?? USUAL_PAGE),
  };
}

/** The events that a request asks for, wherever they stand. */
export function filterOf(c: Context): EventFilter {
  const types = (c.req.queries('type') ?? []).flatMap((list) => list.split(',')).filter(Boolean);
  return {
    stream: c.req.query('stream'),
    correlation: c.req.query('correlation'),
    types: types.length > 0 ? types : undefined,
  };
}

/** Times stand for positions as they do in time travel: events need not be in the order of their times. */
async function boundsOf(c: Context, services: Services): Promise<Pick<ReadOptions, 'after' | 'before'>> {
  const since = timeOf(c, 'since');
  const until = timeOf(c, 'until');
  const first = since === undefined ? 0 : await services.positionAt(justBefore(since));
  const last = until === undefined ? undefined : await services.positionAt(until);
  const before = whole(c, 'before');
  return {
    after: Math.max(first, whole(c, 'after') ?? 0),
    before: last === undefined ? before : Math.min(last + 1, before ?? Number.POSITIVE_INFINITY),
  };
}

function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}

function isDescending(c: Context): boolean {
  const order = c.req.query('order') ?? 'asc';
  if (order === 'asc' || order === 'desc') return order === 'desc';
  throw new ProjectionistError('QUERY_INVALID', 'order is neither asc nor desc', {
    hint: 'Write order=desc.',
  });
}

/** `Link: <…>; rel="next"` (RFC 8288), where the page is full, so that there may be more. */
export function linkToNext(
  c: Context,
  events: readonly RecordedEvent[],
  { limit, isDescending }: Pick<ReadOptions, 'limit' | 'isDescending'>,
): void {
  const last = events.at(-1);
  if (last === undefined || limit === undefined || events.length < limit) return;
  const next = new URL(c.req.url);
  next.searchParams.set(isDescending === true ? 'before' : 'after', String(last.position));
  c.header('Link', `<${next.pathname}${next.search}>; rel="next"`);
}

function timeOf(c: Context, name: string): string | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  const time = normalTime(text);
  if (time !== 'malformed' && time !== 'impossible') return time;
  throw new ProjectionistError('QUERY_INVALID', `${name} is no time`, {
    hint: `Write ${name}=2026-01-31T12:00:00Z.`,
  });
}

function whole(c: Context, name: string): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ProjectionistError('QUERY_INVALID', `${name} is no whole number`, { hint: `Write ${name}=10.` });
}
