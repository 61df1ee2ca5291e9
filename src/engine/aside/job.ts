import type { ProgramCode } from '../apply/program-code.ts';

/** How far a job is, in positions of the log; it may pass over them several times. */
export interface AsideProgress {
  /** What is being done, as one word or two. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** What a job gets beside its task. */
export interface AsideContext {
  readonly code: ProgramCode;
  /** Milliseconds that one batch may hold the thread. */
  readonly budget: number;
  readonly onProgress: (progress: AsideProgress) => void;
  /** Throws CLOSED once the job is to end. */
  readonly requireGoing: () => void;
}
