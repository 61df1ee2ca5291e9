const PARTS = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A time that is in its normal form already, as most are, on a day that every month has. */
const NORMAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** As long as the result of toISOString for the years 0000 to 9999, the only ones that sort as text. */
const LENGTH = '2026-01-31T12:00:00.000Z'.length;

/**
 * A time of ISO 8601 with a zone, in UTC with milliseconds. Returns 'malformed' for other text, and 'impossible' for a
 * time that does not exist (30 February, which Date would silently read as 2 March) or leaves the years 0000 to 9999.
 */
export function normalTime(text: string): string {
  if (NORMAL.test(text)) return text;
  const parts = PARTS.exec(text);
  if (parts === null) return 'malformed';
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return 'impossible';
  if (Number(parts[3]) > 28 && !isInMonth(Number(parts[1]), Number(parts[2]), Number(parts[3])))
    return 'impossible';
  const time = date.toISOString();
  return time.length === LENGTH ? time : 'impossible';
}

function isInMonth(year: number, month: number, day: number): boolean {
  // Four centuries later the calendar is the same, and Date.UTC does not take the year for one of the 1900s.
  const next = new Date(Date.UTC(year + 400, month - 1, day));
  return next.getUTCDate() === day;
}
