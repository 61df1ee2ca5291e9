import type { SqliteDatabase } from '../database/open.ts';
import { bigintKey, digitsOfKey } from './bigint-order.ts';
import { canonicalJson } from '../exact-json.ts';
import { JsonSets } from './json-sets.ts';
import { isMatch } from './regular-expression.ts';
import type { SetOperator } from './view-query.ts';

/** Gives a connection the functions that rendered queries call. NULL stays NULL. */
export function addSqlFunctions(db: SqliteDatabase): void {
  // For patterns beyond ASCII, whose case SQLite does not fold.
  db.function('projectionist_lower', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  );
  const sets = new JsonSets();
  db.function('projectionist_set', { deterministic: true }, (operator, stored, wanted, isSpelled) =>
    typeof stored === 'string'
      ? Number(sets.holds(operator as SetOperator, stored, wanted as string, isSpelled === 1))
      : null,
  );
  db.function('projectionist_bigint_key', { deterministic: true }, (digits) =>
    digits instanceof Uint8Array ? bigintKey(Buffer.from(digits).toString()) : null,
  );
  db.function('projectionist_bigint', { deterministic: true }, (key) =>
    typeof key === 'string' ? digitsOfKey(key) : null,
  );
  db.function('projectionist_json', { deterministic: true }, (text) =>
    typeof text === 'string' ? canonicalJson(text) : null,
  );
  db.function('projectionist_match', { deterministic: true }, (text, pattern, isCaseSensitive) =>
    typeof text === 'string' ? Number(isMatch(pattern as string, isCaseSensitive === 1, text)) : null,
  );
}
