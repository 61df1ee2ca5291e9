const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export function count(value: number): string {
  return whole.format(value);
}

/** `12.3K` */
export function compact(value: number): string {
  return value < 10_000 ? count(value) : short.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** In the reader's zone; the exact time belongs into a title beside it. */
export function localTime(iso: string): string {
  return moment.format(new Date(iso));
}

/** The time of a day, in the reader's zone. @param at milliseconds since 1970 */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** `0.4 s`, `12 s`, `3 min`, `2 h`, `5 d`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** A text within a sentence, whose direction is its own (Unicode's FIRST STRONG ISOLATE). */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Characters of a value on one line. */
const ONE_LINE = 300;

/** A text on one line, which shows no more of it than its beginning. */
export function beginning(text: string, most = ONE_LINE): string {
  // Not within a character that is a pair
  return text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

/** What would turn the text around it, or cannot be seen: tabs and line ends aside. */
// oxlint-disable-next-line no-control-regex -- these are what it is about
const UNSEEN = /[\u202A-\u202E\u2066-\u2069\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g;

/** A text whose control characters can be seen, so that it is what it looks like. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => `⟨U+${codeOf(character)}⟩`);
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}

/** A value of a row or an event, as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? 'null';
}
