/** As deep as SQLite reads JSON (JSON_MAX_DEPTH). */
const DEEPEST = 1000;
/** In UTF-16 code units. SQLite's own limit is 1 GB for a value; an event is far from it. */
const LONGEST = 64 * 1024 * 1024;

/** Makes the error for a value that cannot be kept; `what` is the rest of a sentence that starts with the field. */
export type Refusal = (what: string) => Error;

/**
 * The JSON text of a value, as the log keeps it. Refused are what JSON or SQLite would lose or cannot hold: infinite
 * numbers, text with half of a surrogate pair, more than 1000 levels, more than 64 Mi characters. As usual in
 * JavaScript, -0 becomes 0, a member that is undefined is left out, and an object with toJSON (a Date) becomes what
 * that answers. Numbers are doubles: a whole number beyond 2^53 has lost its last digits before it gets here, so write
 * such numbers as text.
 */
export function jsonText(value: unknown, refuse: Refusal): string {
  const text = stringify(value, refuse);
  if (text === undefined) throw refuse('is missing, or is not JSON');
  if (text.length > LONGEST) throw refuse(`is longer than ${LONGEST / 1024 / 1024} Mi characters`);
  if (isTooDeep(text)) throw refuse(`is nested deeper than ${DEEPEST} levels`);
  if (text.includes('\\ud') && HALF_PAIR.test(text))
    throw refuse('contains text that is not well-formed Unicode (half of a surrogate pair)');
  // JSON writes an infinite number as null, so only a text with a null in it can hide one.
  if (text.includes('null') && hasInfinite(value))
    throw refuse('contains a number that is infinite or not a number');
  return text;
}

/** JSON.stringify escapes exactly the halves that have no partner; a backslash before the escape would be text. */
const HALF_PAIR = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

function stringify(value: unknown, refuse: Refusal): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A BigInt, a circle, too many levels for the stack, more text than a string holds, a toJSON that throws.
    throw refuse(`cannot be written as JSON: ${(error as Error).message.split('\n', 1)[0]}`);
  }
}

function isTooDeep(text: string): boolean {
  if (text.length <= 2 * DEEPEST) return false;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === QUOTE) isInString = !isInString;
    else if (isInString) index += character === BACKSLASH ? 1 : 0;
    else if (character === OPEN_ARRAY || character === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

function hasInfinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinite);
}
