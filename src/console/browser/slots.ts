import type { KeyedRow } from './rows.ts';

/**
 * Gives each row a place on the page: a row that stays keeps its own, and a new one gets that of a row that has left. So
 * rows that come and go many times a second cost no elements.
 */
export class Slots {
  #slots = new Map<string, number>();
  #count = 0;
  /** How many of the rows were not there before. */
  entered = 0;

  /** The place of each row, in the order of the rows. */
  assign(rows: readonly KeyedRow[]): number[] {
    const keys = new Set(rows.map(({ key }) => key));
    this.entered = rows.filter(({ key }) => !this.#slots.has(key)).length;
    const free = [...this.#slots].flatMap(([key, slot]) => (keys.has(key) ? [] : [slot]));
    const next = new Map<string, number>();
    for (const { key } of rows) next.set(key, this.#slots.get(key) ?? free.pop() ?? this.#count++);
    this.#slots = next;
    return rows.map(({ key }) => next.get(key) as number);
  }
}
