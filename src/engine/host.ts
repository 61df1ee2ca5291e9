import type { ProgramCode } from './projector.ts';
import { Runner, type RunnerReport, type RunnerTask } from './runner.ts';

/** Where a runner runs. */
export interface Host {
  /** Says that the log reaches to `head`. */
  advance(head: number): void;
  /** Resolves when the runner has finished its batch and closed its files. */
  stop(): Promise<void>;
}

export type Tell = (report: RunnerReport) => void;

/** A runner on the caller's own thread, in short slices: for definitions whose functions no other thread could have. */
export class LocalHost implements Host {
  readonly #runner: Runner;

  constructor(task: RunnerTask, code: ProgramCode, tell: Tell) {
    this.#runner = new Runner(task, code, tell);
  }

  advance(head: number): void {
    this.#runner.advance(head);
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }
}
