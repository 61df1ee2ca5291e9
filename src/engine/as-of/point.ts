import { ProjectionistError } from '../../errors.ts';

/** A point of the log: a position, or a time (UTC, ISO 8601 with milliseconds). */
export type Point = { readonly position: number } | { readonly time: string };

/** What finding a point needs to know of the log. */
export interface PointContext {
  readonly head: () => number;
  readonly timeAt: (position: number) => string | undefined;
  readonly positionAt: (time: string) => Promise<number>;
  readonly now: () => Date;
}

export interface ResolvedPoint {
  /** 0 for a point before the first event. */
  readonly position: number;
  /** The time of the event at the position; undefined before the first. */
  readonly time: string | undefined;
}

/** Milliseconds by which a caller's clock may be ahead. */
const CLOCK_TOLERANCE = 60_000;

/**
 * The position that a point means. A time means the last event, by position, that happened at or before it; events
 * that were appended late count by their position. Throws POSITION_AHEAD for what the log does not hold yet: a position
 * after its head, or a time that is still to come.
 */
export async function resolvePoint(point: Point, context: PointContext): Promise<ResolvedPoint> {
  const head = context.head();
  if ('position' in point) {
    if (point.position > head) throw positionAhead(`position ${point.position}`, head);
    return { position: point.position, time: context.timeAt(point.position) };
  }
  const position = await context.positionAt(point.time);
  const time = context.timeAt(position);
  const isToCome = Date.parse(point.time) > context.now().getTime() + CLOCK_TOLERANCE;
  if (position >= head && isToCome && (time ?? '') < point.time) throw positionAhead(point.time, head);
  return { position, time };
}

/** @param what the position or time that was asked for */
export function positionAhead(what: string, head: number): ProjectionistError {
  return new ProjectionistError(
    'POSITION_AHEAD',
    `The log does not reach to ${what}: its head is position ${head}`,
    {
      hint: `Ask for a position from 0 to ${head}, or for a time that has passed.`,
      evidence: { expected: what, actual: head },
    },
  );
}
