/** An integer that a JavaScript number might round has so many digits. */
const LONG = /\d{16}/;

/** Parses JSON, with integers that a JavaScript number would round as bigints. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  // A function that is asked for each value takes four times as long.
  if (!LONG.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown) as unknown;
}

/** The third argument is of ES2025's JSON.parse, and newer than TypeScript's library. */
function exactInteger(_: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  return context.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

/** The same text for all JSON that is equal: members in one order, numbers written in one way. Throws SyntaxError. */
export function canonicalJson(text: string): string {
  return JSON.stringify(parseExactly(text), inOrder);
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(String(value));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** JSON text without members that are null, at any depth; numbers keep all their digits, and items of lists their place. */
export function withoutNulls(text: string): string {
  return JSON.stringify(JSON.parse(text, withoutNull as (key: string, value: unknown) => unknown));
}

/** ES2025's, too. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

function withoutNull(
  this: object,
  _: string,
  value: unknown,
  { source }: { readonly source?: string },
): unknown {
  if (typeof value === 'number' && source !== undefined) return rawJSON(source);
  return value === null && !Array.isArray(this) ? undefined : value;
}
