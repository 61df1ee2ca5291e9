import type PQueue from 'p-queue';
import type { Generation } from '../catalog.ts';
import type { GenerationRun, RunAim, RunContext } from './generation-run.ts';
import type { LostGeneration } from './generation-store.ts';
import type { Announce } from '../states/notice.ts';
import type { RunnerReport } from '../apply/runner-report.ts';

export interface SuccessionContext extends RunContext {
  /** Decides how many builds run at once. */
  readonly builds: PQueue;
  readonly head: () => number;
  readonly announce: Announce;
  /** Told after another generation has become live. */
  readonly onLive: (name: string) => void;
  /** Told after the live generation has committed; a position may be told more than once. */
  readonly onCommit: (name: string, position: number) => void;
  /** Told of every report of the live generation and of one that is built, when it has been dealt with. */
  readonly onReport?: OnReport | undefined;
}

export type OnReport = (run: GenerationRun, report: RunnerReport) => void;

/** What the owner of a succession does for it. */
export interface SuccessionOwner {
  readonly name: string;
  run(generation: Generation, aim: RunAim, onReport: OnReport, isHeld: boolean): GenerationRun;
  /** Compares a generation with a second replay; resolves when nothing differs. */
  verify(run: GenerationRun, signal: AbortSignal): Promise<void>;
  /** The live generation cannot be used any more: it still answers, and goes no further. */
  onLost(lost: LostGeneration): void;
}
