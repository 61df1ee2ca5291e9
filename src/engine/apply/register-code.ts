import type { SqliteDatabase } from '../../database/open.ts';
import { UPCAST_FUNCTION, UPCAST_OR_NULL_FUNCTION } from '../../projection/feed-sql.ts';
import type { Program } from '../../projection/program.ts';
import type { ProgramCode } from './program-code.ts';

/** Makes a program's JavaScript callable from SQL, on one connection. */
export function registerCode(db: SqliteDatabase, program: Program, code: ProgramCode): void {
  for (const name of Object.keys(program.functions)) {
    const implementation = code.functions.get(name);
    if (implementation === undefined)
      throw new Error(`The function ${name} of ${program.projection} is missing`);
    db.function(name, { deterministic: true, varargs: true }, (...values: never[]) =>
      sqlValue(name, implementation(...values)),
    );
  }
  const versions = new Map(program.types.map(({ type, schemaVersion }) => [type, schemaVersion]));
  const upcast = (type: string, version: number, data: string): string =>
    JSON.stringify(code.upcast(type, version, versions.get(type) ?? version, JSON.parse(data)));
  db.function(UPCAST_FUNCTION, { deterministic: true }, upcast);
  const upcastOrNull = (type: string, version: number, data: string): string | null => {
    try {
      return upcast(type, version, data);
    } catch {
      // The event fails when it is applied, and the error is told there.
      return null;
    }
  };
  db.function(UPCAST_OR_NULL_FUNCTION, { deterministic: true }, upcastOrNull);
}

function sqlValue(name: string, value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    throw new TypeError(`${name} returned an object; return text, a number, a boolean, bytes or null`);
  }
  return value;
}
