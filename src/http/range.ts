import type { RowRange } from '../query/page.ts';

/** The rows of a `Range: 0-19` or `Range: items=0-19` header. What cannot be read is passed over (RFC 9110, 14.2). */
export function rangeOf(range: string | undefined, unit: string | undefined): RowRange | undefined {
  if (range === undefined || (unit !== undefined && unit.trim().toLowerCase() !== 'items')) return undefined;
  const [, from, to] = /^\s*(?:items=)?\s*(\d{1,15})-(\d{1,15})?\s*$/i.exec(range) ?? [];
  return from === undefined
    ? undefined
    : { from: Number(from), to: to === undefined ? undefined : Number(to) };
}

/** `Content-Range` of an answer: `0-19/1234`, with `*` for what is empty or was not counted. */
export function contentRange(offset: number, count: number, total: number | undefined): string {
  const rows = count === 0 ? '*' : `${offset}-${offset + count - 1}`;
  return `${rows}/${total ?? '*'}`;
}
