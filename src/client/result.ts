import { parseAnswer } from './client-error.ts';
import type { IncomingResponse } from './platform.ts';

/** Rows, and what the answer says of itself. */
export interface Result<Row> {
  readonly rows: readonly Row[];
  /** The position of the log that the rows are of. */
  readonly position: number;
  /** How many events the rows are behind the log. */
  readonly lag: number;
  /** Which build of which projection answered: `orders-3`. */
  readonly generation: string;
  /** True where events that belong to the rows may wait as dead letters. */
  readonly isParked: boolean;
  /** How many rows there are without limit and offset, where that was asked for. */
  readonly total: number | undefined;
  /** For an answer as of an earlier point: the time of the last event that counts. */
  readonly asOf: Date | undefined;
}

export async function resultOf<Row>(response: IncomingResponse): Promise<Result<Row>> {
  const { headers } = response;
  const moment = headers.get('Memento-Datetime');
  return {
    rows: parseAnswer(response.status, await response.text()) as Row[],
    position: Number(headers.get('Projection-Position')),
    lag: Number(headers.get('Projection-Lag')),
    generation: headers.get('Projection-Generation') ?? '',
    isParked: headers.get('Projection-Parked') === 'true',
    total: totalOf(response),
    asOf: moment === null ? undefined : new Date(moment),
  };
}

/** What stands after the slash of `Content-Range: 0-19/57`. */
export function totalOf({ headers }: IncomingResponse): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

/**
 * The query string of the next page (RFC 8288). A proxy may have changed the path before it, and the client knows that
 * anyway.
 */
export function nextOf({ headers }: IncomingResponse): string | undefined {
  const address = /<([^>]*)>\s*;\s*rel="next"/.exec(headers.get('Link') ?? '')?.[1];
  const at = address?.indexOf('?') ?? -1;
  return at < 0 ? undefined : address?.slice(at);
}
