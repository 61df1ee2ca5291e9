import { errorFrom } from '../../errors.ts';
import type { RunnerReport } from '../apply/runner-report.ts';

export type DecidedReport = Extract<RunnerReport, { kind: 'decided' }>;
type UndecidedReport = Extract<RunnerReport, { kind: 'undecided' }>;

/** Decisions that a generation's host was asked for, and has not answered yet. */
export class PendingDecisions {
  readonly #asked = new Map<number, PromiseWithResolvers<DecidedReport>>();

  /** Resolves when the decision with this id is made; rejects where it will not be. */
  add(id: number): Promise<DecidedReport> {
    const decided = Promise.withResolvers<DecidedReport>();
    this.#asked.set(id, decided);
    return decided.promise;
  }

  settle(report: DecidedReport | UndecidedReport): void {
    const asked = this.#asked.get(report.id);
    this.#asked.delete(report.id);
    if (report.kind === 'decided') asked?.resolve(report);
    else asked?.reject(errorFrom(report.error));
  }

  /** Answers all who asked: nothing of it will be made. */
  refuse(error: unknown): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
