import type { Decision, NewDecision } from '../dead-letters/decision.ts';
import type { ProgramCode } from '../apply/program-code.ts';
import { type MarkFile, markOf } from './mark.ts';
import { Pulse, withPulse } from './pulse.ts';
import { Runner, type Surroundings } from '../apply/runner.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import type { RunnerReport } from '../apply/runner-report.ts';

/** Where a runner runs. */
export interface Host {
  /** Says that the log reaches to `head`. */
  advance(head: number): void;
  /** Makes a decision about dead letters; what it comes to is reported. */
  decide(order: NewDecision): void;
  /** Takes up a decision that was made on another generation. */
  enqueue(decision: Decision): void;
  /** Resolves when the runner has finished its batch and closed its files. */
  stop(): Promise<void>;
}

export type Tell = (report: RunnerReport) => void;

/** A runner on the caller's own thread, in short slices: for definitions whose functions no other thread could have. */
export class LocalHost implements Host {
  readonly #runner: Runner;
  readonly #mark: MarkFile | undefined;

  constructor(task: RunnerTask, code: ProgramCode, tell: Tell, surroundings?: Surroundings) {
    const mark = markOf(task);
    const pulse = new Pulse(undefined, mark);
    const hear: Tell = (report) => {
      mark?.hear(report);
      tell(report);
    };
    this.#mark = mark;
    this.#runner = new Runner(task, withPulse(code, pulse), hear, { pulse, ...surroundings });
  }

  advance(head: number): void {
    this.#runner.advance(head);
  }

  decide(order: NewDecision): void {
    this.#runner.decide(order);
  }

  enqueue(decision: Decision): void {
    this.#runner.enqueue(decision);
  }

  async stop(): Promise<void> {
    await this.#runner.stop();
    this.#mark?.clear();
  }
}
