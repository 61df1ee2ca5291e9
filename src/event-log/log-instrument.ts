import type { AppendResult } from './intake.ts';
import type { NewEvent } from './event.ts';

/** Who waits for a write lock, and who has it as far as this process knows. */
export interface LockWait {
  readonly waiter: 'append' | 'import' | 'projector';
  readonly holder: 'append' | 'import' | 'other process';
  readonly seconds: number;
}

/** Measures a log at work. It hears of every append, so it must be quick. */
export interface LogInstrument {
  /** Stands around an append: it may add metadata to the events, and answers what `run` answers or rejects with. */
  append(
    events: readonly NewEvent[],
    run: (events: readonly NewEvent[]) => Promise<AppendResult>,
  ): Promise<AppendResult>;
  /** Some appends were committed together, and synced, in so many seconds. */
  onCommit(seconds: number): void;
  onLockWait(wait: LockWait): void;
}
