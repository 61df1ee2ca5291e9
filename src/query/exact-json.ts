/** Parses JSON, with integers that a JavaScript number would round as bigints. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, exactInteger as (key: string, value: unknown) => unknown) as unknown;
}

/** The third argument is of ES2025's JSON.parse, and newer than TypeScript's library. */
function exactInteger(_: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  return context.source !== undefined && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}
