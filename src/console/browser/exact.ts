/** A run of digits that may be an integer beyond 2^53, which a JavaScript number would round. */
const MANY_DIGITS = /\d{16}/;

/** Of ES2025, and newer than TypeScript's library; a browser without it rounds. */
const { rawJSON } = JSON as unknown as { readonly rawJSON?: (text: string) => unknown };

/** Parses JSON; an integer that a number would round keeps its digits, and `JSON.stringify` gives them again. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  if (rawJSON === undefined || !MANY_DIGITS.test(text)) return JSON.parse(text);
  return JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown);
}

function exactInteger(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  const isRounded = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? rawJSON?.(source) : value;
}
