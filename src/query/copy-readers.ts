import { GenerationReader, type ReadableGeneration } from './generation-reader.ts';

/** Open readers of copies. Each has a few file handles and a cache of its own. */
const MOST_OPEN = 8;

/** Readers of copies of earlier positions, kept open for the next query: the least recently used is closed first. */
export class CopyReaders {
  readonly #open = new Map<string, GenerationReader>();

  /** The reader of a copy. It is to be used at once: the next call may close it. */
  of(copy: ReadableGeneration): GenerationReader {
    const reader = this.#open.get(copy.path) ?? new GenerationReader(copy);
    this.#open.delete(copy.path);
    this.#open.set(copy.path, reader);
    const oldest = this.#open.size > MOST_OPEN ? this.#open.keys().next().value : undefined;
    if (oldest !== undefined) this.close(oldest);
    return reader;
  }

  /** Closes a copy's reader, where there is one. */
  close(path: string): void {
    this.#open.get(path)?.close();
    this.#open.delete(path);
  }

  closeAll(): void {
    for (const path of this.#open.keys()) this.close(path);
  }
}
