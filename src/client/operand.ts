import { writeExactly } from '../exact-json.ts';

/** What a column may be compared with. Which of these, its type says. */
export type Operand = string | number | bigint | boolean | Date | Uint8Array | object;

/** A value as a query string has it: times in ISO 8601, bytes as `\x` and hexadecimal, objects and lists as JSON. */
export function operandText(value: Operand | null | undefined): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array)
    return `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  if (value === null || value === undefined)
    throw new TypeError(
      'Nothing equals null; write is(column, null) or not((where) => where.is(column, null))',
    );
  return typeof value === 'object' ? writeExactly(value) : String(value);
}

/** Text in double quotes, where commas, parentheses and dots stand for themselves. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A column's name as `select`, `order` and groups take it; a path into JSON stands as it is. */
export function fieldText(field: string): string {
  return /^\w+$/.test(field) || field.includes('->') ? field : quoted(field);
}
