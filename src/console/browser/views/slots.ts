import type { KeyedRow } from './rows.ts';

/**
 * Gives each row a place on the page: a row that stays keeps its own, and a new one gets that of a row that has left,
 * where it can the one at its own height. So rows that come and go many times a second cost no elements, and few moves.
 */
export class Slots {
  #slots = new Map<string, number>();
  /** The places in the order in which they were last shown. */
  #order: readonly number[] = [];
  #count = 0;
  /** How many of the rows were not there before. */
  entered = 0;

  /** The place of each row, in the order of the rows. */
  assign(rows: readonly KeyedRow[]): number[] {
    const kept = rows.map(({ key }) => this.#slots.get(key));
    const taken = new Set(kept);
    const free = new Set(this.#order.filter((slot) => !taken.has(slot)));
    const places = kept.map((slot, index) => slot ?? take(free, this.#order[index]));
    this.entered = kept.filter((slot) => slot === undefined).length;
    this.#order = places.map((slot) => slot ?? this.#count++);
    this.#slots = new Map(rows.map(({ key }, index) => [key, this.#order[index] as number]));
    return [...this.#order];
  }
}

/** The wanted place if it is free, or the first that is; undefined where there is none. */
function take(free: Set<number>, wanted: number | undefined): number | undefined {
  const slot = wanted !== undefined && free.has(wanted) ? wanted : free.values().next().value;
  if (slot !== undefined) free.delete(slot);
  return slot;
}
