import { ProjectionistError } from '../errors.ts';

/** A JavaScript value as a SQL literal. Throws DEFINITION_INVALID for what SQLite cannot hold. */
export function literal(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textLiteral(value);
    case 'number':
      if (Number.isFinite(value)) return Object.is(value, -0) ? '0' : String(value);
      throw unusable(`the number ${value}`, 'SQLite has no such number; use null.');
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    case 'object':
      if (value === null) return 'NULL';
      if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
      if (value instanceof Date)
        throw unusable('a Date', "Write it as text or as a number, or give the column mode: 'timestamp'.");
      throw unusable('an object', "Write the fields that you need, or give the column mode: 'json'.");
    default:
      throw unusable(
        value === undefined ? 'undefined' : `a ${typeof value}`,
        'Every value is a literal, a path of the event, or sql`…`.',
      );
  }
}

export function textLiteral(text: string): string {
  // SQL text ends at a NUL, and there is no escape for it inside quotes.
  if (text.includes('\0')) throw unusable('text with a NUL character', 'Leave the character out.');
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function unusable(what: string, hint: string): ProjectionistError {
  return new ProjectionistError('DEFINITION_INVALID', `A statement contains ${what}, which is no SQL value`, {
    hint,
  });
}
