import { ProjectionistError } from '../errors.ts';
import type { ViewDescription } from '../projection/program.ts';
import { GenerationReader, type ReadableGeneration } from './generation-reader.ts';
import { didYouMean } from '../nearest.ts';

/** The readers of all live generations. A generation that is replaced stays open until the next one, for reads in flight. */
export class ViewReaders {
  readonly #current = new Map<string, GenerationReader>();
  readonly #previous = new Map<string, GenerationReader>();
  readonly #views = new Map<string, { readonly reader: GenerationReader; readonly view: ViewDescription }>();
  readonly #onClose: (path: string) => void;

  /** `onClose` hears of each file that is not read here any more. */
  constructor(onClose: (path: string) => void = () => {}) {
    this.#onClose = onClose;
  }

  /** Answers queries on this generation's views from it from now on. */
  use(generation: ReadableGeneration): void {
    const current = this.#current.get(generation.projection);
    const reader = new GenerationReader(generation);
    if (current !== undefined) {
      this.#close(this.#previous.get(generation.projection));
      this.#previous.set(generation.projection, current);
    }
    this.#current.set(generation.projection, reader);
    this.#listViews();
  }

  /** Answers no more queries on the views of other projections than these. */
  keepOnly(projections: readonly string[]): void {
    for (const [name, reader] of this.#current) {
      if (projections.includes(name)) continue;
      this.#current.delete(name);
      this.#close(reader);
    }
    this.#listViews();
  }

  /** The reader of a projection, or undefined while it has no generation. */
  ofProjection(name: string): GenerationReader | undefined {
    return this.#current.get(name);
  }

  /** The reader and description of a view. Throws VIEW_UNKNOWN. */
  ofView(name: string): { reader: GenerationReader; view: ViewDescription } {
    const found = this.#views.get(name);
    if (found !== undefined) return found;
    throw new ProjectionistError('VIEW_UNKNOWN', `There is no view ${name}`, {
      hint: `${didYouMean(name, this.names())}Views: ${this.names().join(', ') || 'none yet'}.`,
    });
  }

  /** The names of all views that can be queried now. */
  names(): string[] {
    return [...this.#current.values()].flatMap(({ generation }) =>
      generation.program.views.map(({ name }) => name),
    );
  }

  close(): void {
    for (const reader of [...this.#current.values(), ...this.#previous.values()]) this.#close(reader);
    this.#current.clear();
    this.#previous.clear();
    this.#views.clear();
  }

  #listViews(): void {
    this.#views.clear();
    for (const reader of this.#current.values())
      for (const view of reader.generation.program.views)
        if (!this.#views.has(view.name)) this.#views.set(view.name, { reader, view });
  }

  #close(reader: GenerationReader | undefined): void {
    if (reader === undefined) return;
    reader.close();
    this.#onClose(reader.generation.path);
  }
}
