import { is, SQL, sql } from 'drizzle-orm';
import { ProjectionistError } from '../errors.ts';

/** What SQLite can hand to a function, and take from it. */
export type SqlValue = string | number | bigint | boolean | Uint8Array | null;
type SqlFunction = (...values: never[]) => SqlValue | undefined;

/** A function as it stands inside a Drizzle SQL tree: the value of a parameter. */
export class FunctionValue {
  readonly name: string;
  readonly implementation: SqlFunction;
  constructor(name: string, implementation: SqlFunction) {
    this.name = name;
    this.implementation = implementation;
  }
}

type OrSql<Values extends readonly unknown[]> = { [K in keyof Values]: Values[K] | SQL };

/**
 * Registers a pure JavaScript function for use inside statements. It gets text, numbers, null or bytes (JSON arrays and
 * objects as JSON text; booleans as 1 and 0), and is called again at every replay: it must depend on nothing but its
 * arguments, and refer to nothing outside itself, as its source is part of the program's hash.
 */
export function fn<Values extends readonly SqlValue[], Answer extends SqlValue | undefined>(
  name: string,
  implementation: (...values: Values) => Answer,
): (...values: OrSql<Values>) => SQL<Answer> {
  if (!/^[a-z_][a-z0-9_]{0,60}$/i.test(name)) {
    throw new ProjectionistError(
      'DEFINITION_INVALID',
      `fn(): ${JSON.stringify(name)} is no name for a function`,
      {
        hint: 'Use letters, digits and underscores.',
      },
    );
  }
  const value = new FunctionValue(name, implementation as unknown as SqlFunction);
  return (...values) =>
    sql`${sql.param(value)}(${sql.join([...(values as readonly unknown[])].map(argument), sql`, `)})`;
}

function argument(value: unknown): SQL {
  return is(value, SQL) ? value : sql`${value}`;
}
