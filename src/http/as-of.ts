import type { Context } from 'hono';
import { ProjectionistError } from '../errors.ts';
import type { Point, ResolvedPoint } from '../engine/as-of/point.ts';
import { normalTime } from '../event-log/event-time.ts';
import { parsePrefer } from './prefer.ts';

/** Milliseconds that a request waits for a copy to be built, where it does not say. */
export const COPY_PATIENCE = 10_000;

/** The form that RFC 9110 (5.6.7) asks senders of times for; Accept-Datetime allows no other. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * The point of the log as of which a request wants its answer: `Prefer: as-of=<position>` (RFC 7240), or
 * `Accept-Datetime` (RFC 7089, 2.1.1). Undefined where it wants the present. Both take an ISO 8601 time with a zone
 * too, which is more exact than a second. Throws REQUEST_INVALID.
 */
export function pointOf(c: Context): Point | undefined {
  const preference = parsePrefer(c.req.header('Prefer')).get('as-of');
  if (preference !== undefined) return pointOfPreference(preference);
  const time = c.req.header('Accept-Datetime')?.trim();
  return time === undefined ? undefined : { time: timeOf(time) };
}

function pointOfPreference(text: string): Point {
  if (/^\d{1,15}$/.test(text)) return { position: Number(text) };
  const time = normalTime(text);
  if (isTime(time)) return { time };
  throw new ProjectionistError(
    'REQUEST_INVALID',
    `Prefer: as-of=${text.slice(0, 100)} is neither a position nor a time`,
    {
      hint: 'Write Prefer: as-of=1234, or as-of="2026-01-31T12:00:00Z".',
    },
  );
}

/** An HTTP date stands for its whole second, so that a Memento-Datetime that is sent back finds what it came with. */
function timeOf(text: string): string {
  if (HTTP_DATE.test(text) && !Number.isNaN(Date.parse(text)))
    return new Date(Date.parse(text) + 999).toISOString();
  const time = normalTime(text);
  if (isTime(time)) return time;
  throw new ProjectionistError('REQUEST_INVALID', `Accept-Datetime: ${text.slice(0, 100)} cannot be read`, {
    hint: 'Write Accept-Datetime: Sat, 31 Jan 2026 12:00:00 GMT (RFC 7089).',
  });
}

function isTime(text: string): boolean {
  return text !== 'malformed' && text !== 'impossible';
}

/**
 * Marks an answer as a memento (RFC 7089, 2.1.1 and 4.2.2): this address is its own TimeGate and original. Before the
 * first event there is no time to tell but the one that was asked for.
 */
export function markMemento(c: Context, point: Point, { position, time }: ResolvedPoint): void {
  const moment = time ?? ('time' in point ? point.time : undefined);
  if (moment !== undefined) c.header('Memento-Datetime', new Date(moment).toUTCString());
  if (!c.req.header('Accept-Datetime') || isPreferred(c))
    c.header('Preference-Applied', `as-of=${position}`, { append: true });
  const { pathname, search } = new URL(c.req.url);
  c.header('Link', `<${pathname}${search}>; rel="original timegate"`, { append: true });
}

function isPreferred(c: Context): boolean {
  return parsePrefer(c.req.header('Prefer')).has('as-of');
}
