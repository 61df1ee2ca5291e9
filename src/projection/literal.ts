import { ProjectionistError } from '../errors.ts';

const GREATEST_INTEGER = 2n ** 63n - 1n;

/** A JavaScript value as a SQL literal. Throws DEFINITION_INVALID for what SQLite cannot hold. */
export function literal(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textLiteral(value);
    case 'number':
      return numberLiteral(value);
    case 'bigint':
      return bigintLiteral(value);
    case 'boolean':
      return value ? '1' : '0';
    case 'object':
      return objectLiteral(value);
    default:
      throw unusable(value === undefined ? 'undefined' : `a ${typeof value}`, NO_VALUE_HINT);
  }
}

const NO_VALUE_HINT =
  "Every value is a literal, a path of the event, or sql`…`. A field called like a member of Drizzle's SQL (as, if, …) is reached with field(e.data, 'as').";

export function textLiteral(text: string): string {
  // SQL text ends at a NUL, and there is no escape for it inside quotes.
  if (text.includes('\0')) throw unusable('text with a NUL character', 'Leave the character out.');
  if (!text.isWellFormed()) throw unusable('text with half of a surrogate pair', 'Leave it out.');
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw unusable(`the number ${value}`, 'SQLite has no such number; use null.');
  return signed(String(Object.is(value, -0) ? 0 : value));
}

function bigintLiteral(value: bigint): string {
  if (value > GREATEST_INTEGER || value < -GREATEST_INTEGER - 1n) {
    throw unusable(`the integer ${value}`, "SQLite's integers have 64 bits; use text.");
  }
  return signed(String(value));
}

/** In parentheses where it is negative, as two minus signs begin a comment. */
function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits;
}

function objectLiteral(value: object | null): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  if (value instanceof Date) {
    throw unusable('a Date', "Write it as text or as a number, or give the column mode: 'timestamp'.");
  }
  throw unusable('an object', `Write the fields that you need, or give the column mode: 'json'.`);
}

function unusable(what: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `A statement contains ${what}, which is no SQL value`, {
    hint,
  });
}
