import type { GenerationRun } from './generation-run.ts';

/** Runs that were let go: each finishes its batch, and closes its file before another takes it up. */
export class Departures {
  readonly #onFault: (error: unknown) => void;
  #all: Promise<unknown> = Promise.resolve();

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Resolves when every run that was let go has closed its files. Never rejects. */
  get done(): Promise<unknown> {
    return this.#all;
  }

  /** Lets a run go; `afterwards` is done when its files are closed. */
  add(run: GenerationRun, afterwards: () => unknown = () => {}): void {
    const left = run.stop().then(afterwards);
    this.#all = Promise.all([this.#all, left.catch((error: unknown) => this.#onFault(error))]);
  }
}
