import { quoteName } from '../projection/literal.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * A value to bind: known, one of the page's numbers or of its cursor's values, one of a policy's, or to be made of the text
 * in one of the request's slots.
 */
export type Binding =
  | { readonly value: SqlValue }
  | { readonly page: 'limit' | 'offset' }
  | { readonly after: number }
  | { readonly policyOf: string; readonly index: number }
  | { readonly slot: number; readonly bind: (text: string) => SqlValue };

/**
 * A piece of SQL with the values for its question marks, in order. Only `bound`, `name` and the templates of this folder
 * make one, so that nothing of a request can be part of the text.
 */
export interface Fragment {
  readonly sql: string;
  readonly bindings: readonly Binding[];
}

/** Joins fixed text and other fragments: fragment`${name('a')} = ${bound(1)}`. */
export function fragment(strings: TemplateStringsArray, ...parts: readonly Fragment[]): Fragment {
  let sql = strings[0] as string;
  const bindings: Binding[] = [];
  for (const [index, part] of parts.entries()) {
    sql += part.sql + (strings[index + 1] as string);
    if (part.bindings.length > 0) bindings.push(...part.bindings);
  }
  return { sql, bindings };
}

/** A name from a view's description, quoted. */
export function name(text: string): Fragment {
  return { sql: quoteName(text), bindings: [] };
}

/**
 * A bound value, as all that is bound is written. Of a bare `?` that is compared or limits the rows, SQLite (3.53) looks at
 * the value when it plans, and so plans the statement anew whenever a value is bound: a fourth of a page's time. Behind a
 * plus, which changes neither value nor affinity, it is not looked at.
 */
const BOUND = '+?';

/** A value, bound. */
export function bound(value: SqlValue): Fragment {
  return { sql: BOUND, bindings: [{ value }] };
}

/** A pattern, at whose beginning SQLite is to look when it plans: an index finds what begins with it. */
export function boundPattern(pattern: string): Fragment {
  return { sql: '?', bindings: [{ value: pattern }] };
}

/** A value that a query of the same shape binds anew. */
export function slotted(slot: number, bind: (text: string) => SqlValue): Fragment {
  return { sql: BOUND, bindings: [{ slot, bind }] };
}

export function joined(parts: readonly Fragment[], separator: ', ' | ' AND ' | ' OR '): Fragment {
  return {
    sql: parts.map(({ sql }) => sql).join(separator),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

/** A fragment in every gap between fixed parts of SQL. */
export function between(parts: readonly string[], value: Fragment): Fragment {
  return {
    sql: parts.join(value.sql),
    bindings: parts.slice(1).flatMap(() => value.bindings),
  };
}

/** One of the numbers of the page that is asked for. */
export function paged(page: 'limit' | 'offset'): Fragment {
  return { sql: BOUND, bindings: [{ page }] };
}

/** One of the cursor's values, by its number. */
export function afterwards(index: number): Fragment {
  return { sql: BOUND, bindings: [{ after: index }] };
}

/** The condition of a view's policy, whose values are another caller's the next time. */
export function guarding(view: string, sql: string, values: readonly SqlValue[]): Fragment {
  return { sql, bindings: values.map((_, index) => ({ policyOf: view, index })) };
}

/** SQL that Drizzle has written: the named queries of a definition, never a request's. */
export function written(sql: string, values: readonly SqlValue[]): Fragment {
  return { sql, bindings: values.map((value) => ({ value })) };
}
