import { queryProblem, shown, unreadable } from './query-problem.ts';

const LIST_HINT = 'Write (a,b,"c,d"); a backslash keeps the quote or backslash after it.';
const BRACES_HINT = 'Write {a,b,"c,d"}; a backslash keeps the quote or backslash after it.';
const ITEM = /\s*"((?:[^"\\]|\\[^])*)"\s*(?=,|$)|([^,]*)/y;

/** The values of `(a,b,"c,d")`. Throws QUERY_INVALID or QUERY_TOO_LARGE. */
export function parseList(text: string, longest: number): string[] {
  return itemsBetween('(', ')', text, longest, LIST_HINT).map(({ value }) => value);
}

/** The values of `{a, b, "c,d"}`, where space counts in quotes alone, as in PostgreSQL's arrays. Throws as `parseList`. */
export function parseBraces(text: string, longest: number): string[] {
  return itemsBetween('{', '}', text, longest, BRACES_HINT).map((item) =>
    item.isQuoted ? item.value : item.value.trim(),
  );
}

interface Item {
  readonly value: string;
  readonly isQuoted: boolean;
}

function itemsBetween(open: string, close: string, text: string, longest: number, hint: string): Item[] {
  if (!text.startsWith(open) || !text.endsWith(close) || text.length < 2)
    throw unreadable(`The list ${shown(text)}`, hint);
  const inside = text.slice(1, -1);
  const items: Item[] = [];
  if (inside === '') return items;
  for (let at = 0; at <= inside.length; at += 1) {
    ITEM.lastIndex = at;
    const match = ITEM.exec(inside) as RegExpExecArray;
    const quoted = match[1]?.replaceAll(/\\([^])/g, '$1');
    items.push({ value: quoted ?? (match[2] as string), isQuoted: quoted !== undefined });
    at = ITEM.lastIndex;
    if (items.length > longest)
      throw queryProblem(
        'QUERY_TOO_LARGE',
        `A list has more than ${longest} values`,
        'Ask in several requests.',
      );
  }
  return items;
}
