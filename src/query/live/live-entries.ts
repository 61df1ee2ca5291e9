import { ProjectionistError } from '../../errors.ts';
import type { LiveQuery } from './live-query.ts';
import type { LiveReader } from './live-reader.ts';

/** The most queries that are kept up to date for nobody. */
const MOST_IDLE = 100;

/** A live query and who reads it. */
export interface Entry {
  readonly query: LiveQuery;
  readonly readers: Set<LiveReader>;
  /** When the last reader left, on the clock of `performance.now`. */
  idleSince: number;
  /** True while it is evaluated beside this thread; `isOutdated` where a commit has come meanwhile. */
  isBusy: boolean;
  isOutdated: boolean;
}

/** The queries that are kept up to date, by the identity of their source, bounded by what they keep in memory. */
export class LiveEntries {
  readonly #entries = new Map<string, Entry>();
  readonly #characters: number;

  /** @param characters the most that all may keep together, in rows and changes */
  constructor(characters: number) {
    this.#characters = characters;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(identity: string): Entry | undefined {
    return this.#entries.get(identity);
  }

  all(): Iterable<Entry> {
    return this.#entries.values();
  }

  add(query: LiveQuery): Entry {
    const entry = {
      query,
      readers: new Set<LiveReader>(),
      idleSince: performance.now(),
      isBusy: false,
      isOutdated: false,
    };
    this.#entries.set(query.source.identity, entry);
    return entry;
  }

  delete(identity: string): void {
    this.#entries.delete(identity);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Forgets queries that have been read by nobody for longest, where there are too many of them. */
  forgetOldest(): void {
    const idle = this.#idle();
    for (const { query } of idle.slice(0, Math.max(0, idle.length - MOST_IDLE)))
      this.delete(query.source.identity);
  }

  /** Forgets queries that nobody reads where another needs their room. Throws TOO_BUSY where that is not enough. */
  requireRoom(characters: number): void {
    let kept = characters;
    for (const { query } of this.all()) kept += query.characters;
    for (const { query } of this.#idle()) {
      if (kept <= this.#characters) return;
      this.delete(query.source.identity);
      kept -= query.characters;
    }
    if (kept <= this.#characters) return;
    throw new ProjectionistError('TOO_BUSY', 'The rows of all live answers take as much memory as they may', {
      hint: 'Ask for fewer rows or columns, try again later, or raise live.characters in the settings.',
    });
  }

  /** Those that nobody reads, the longest left first. */
  #idle(): Entry[] {
    return [...this.all()]
      .filter(({ readers }) => readers.size === 0)
      .toSorted((a, b) => a.idleSince - b.idleSince);
  }
}
