/** An integer that a JavaScript number might round has so many digits. */
const LONG = /\d{16}/;

/** Of ES2025, and newer than TypeScript's library. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Parses JSON, with integers that a JavaScript number would round as bigints. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  // A function that is asked for each value takes four times as long.
  if (!LONG.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, exactInteger) as unknown;
}

/** The third argument is ES2025's, too; a browser that does not give it rounds. */
function exactInteger(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * JSON text of what `parseExactly` gives: a bigint as an integer with all its digits, where JSON.stringify throws.
 * @param space as JSON.stringify has it
 */
export function writeExactly(value: unknown, space?: number): string {
  return JSON.stringify(value, bigintAsInteger, space);
}

function bigintAsInteger(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(String(value)) : value;
}

/** The same text for all JSON that is equal: members in one order, numbers written in one way. Throws SyntaxError. */
export function canonicalJson(text: string): string {
  return JSON.stringify(parseExactly(text), inOrder);
}

function inOrder(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return bigintAsInteger(name, value);
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** JSON text without members that are null, at any depth; numbers keep all their digits, and items of lists their place. */
export function withoutNulls(text: string): string {
  return JSON.stringify(JSON.parse(text, withoutNull as (key: string, value: unknown) => unknown));
}

function withoutNull(
  this: object,
  _: string,
  value: unknown,
  { source }: { readonly source?: string },
): unknown {
  if (typeof value === 'number' && source !== undefined) return rawJSON(source);
  return value === null && !Array.isArray(this) ? undefined : value;
}
