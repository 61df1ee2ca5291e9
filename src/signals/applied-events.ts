import { setImmediate as turn } from 'node:timers/promises';
import type { Meters } from './meters.ts';

/** Positions `from` + 1 to `to`, that a projector went through. */
interface Range {
  readonly from: number;
  to: number;
}

/** How many events of a type the log holds after one position and up to another. */
export type CountEvents = (type: string, after: number, to: number) => number;

/** Positions that are counted at once: below a millisecond a type, after which requests have their turn. */
const SLICE = 20_000;

/**
 * Which events projectors went through, by type. A batch only notes its range; the log is asked for the types when the
 * metrics are, through the index of types, so that no projector pays for it.
 */
export class AppliedEvents {
  readonly #count: CountEvents;
  readonly #types = new Map<string, readonly string[]>();
  readonly #ranges = new Map<string, Range[]>();

  constructor(count: CountEvents) {
    this.#count = count;
  }

  /** Notes a batch of a projection, whose handlers are of these types. */
  note(projection: string, types: readonly string[], from: number, to: number): void {
    this.#types.set(projection, types);
    const ranges = this.#ranges.get(projection);
    // Of a build beside a live generation there is one range each.
    const before = ranges?.find((range) => range.to === from);
    if (before !== undefined) before.to = to;
    else if (ranges !== undefined) ranges.push({ from, to });
    else this.#ranges.set(projection, [{ from, to }]);
  }

  /** Adds what was noted since the last call. */
  async collect({ applied }: Meters): Promise<void> {
    const noted = [...this.#ranges];
    this.#ranges.clear();
    for (const [projection, ranges] of noted) {
      for (const type of this.#types.get(projection) ?? []) {
        applied.inc({ projection, type }, 0);
        for (const range of ranges) {
          for (let after = range.from; after < range.to; after += SLICE) {
            applied.inc({ projection, type }, this.#count(type, after, Math.min(range.to, after + SLICE)));
            if (range.to - after > SLICE) await turn();
          }
        }
      }
    }
  }
}
