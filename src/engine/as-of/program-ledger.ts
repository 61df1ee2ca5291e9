import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

interface Entry {
  readonly hash: string;
  /** The position at which this program's generation became live; null where no other program is known to have been. */
  readonly since: number | null;
}

/**
 * Remembers, over restarts, since which position a projection's answers come from its present program: what somebody
 * was told before may be other rows than a replay with the present program gives.
 */
export class ProgramLedger {
  readonly #path: string;
  readonly #entries: Record<string, Entry>;

  constructor(path: string) {
    this.#path = path;
    this.#entries = read(path);
  }

  /** Notes that `hash` answers for a projection from `position` on. */
  note(projection: string, hash: string, position: number): void {
    const known = this.#entries[projection];
    if (known?.hash === hash) return;
    this.#entries[projection] = { hash, since: known === undefined ? null : position };
    // Renamed into place: whoever is killed here leaves the old file or the new one.
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#entries));
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** The first position of which a replay is sure to give the rows that were answered then. */
  firstOf(projection: string): number {
    const since = this.#entries[projection]?.since ?? null;
    return since === null ? 0 : since + 1;
  }
}

function read(path: string): Record<string, Entry> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Entry>;
  } catch {
    // Damaged: readers that come back get whole results, until this is written anew.
    return {};
  }
}
