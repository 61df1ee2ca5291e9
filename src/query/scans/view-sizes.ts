import { quoteName } from '../../projection/literal.ts';
import type { GenerationReader } from '../generation-reader.ts';

/** Milliseconds for which a view that was small is taken to be so. One that was large stays so for its generation. */
const REMEMBERED = 1000;

/** Knows which views are large, without counting more rows than it takes to say so. */
export class ViewSizes {
  readonly #rows: number;
  readonly #large = new WeakMap<GenerationReader, Set<string>>();
  readonly #small = new WeakMap<GenerationReader, Map<string, number>>();

  /** `rows`: from how many on a view is large. */
  constructor(rows: number) {
    this.#rows = rows;
  }

  isLarge(reader: GenerationReader, view: string): boolean {
    const large = setOf(this.#large, reader, () => new Set<string>());
    if (large.has(view)) return true;
    const small = setOf(this.#small, reader, () => new Map<string, number>());
    const counted = small.get(view);
    const now = performance.now();
    if (counted !== undefined && now - counted < REMEMBERED) return false;
    if (!this.#hasRows(reader, view)) {
      small.set(view, now);
      return false;
    }
    large.add(view);
    return true;
  }

  #hasRows(reader: GenerationReader, view: string): boolean {
    if (this.#rows === 0) return true;
    const sql = `SELECT 1 FROM main.${quoteName(view)} LIMIT 1 OFFSET ?`;
    return reader.prepare(sql).get(this.#rows - 1) !== undefined;
  }
}

function setOf<Key extends object, Value>(map: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
