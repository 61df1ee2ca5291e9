import { storageError } from '../database/storage-error.ts';
import { type ErrorReport, reportOf } from '../errors.ts';
import { pauseAfter } from './backoff.ts';
import { isStorageFault } from './apply/faults.ts';
import type { RetryPlan } from './apply/runner-report.ts';
import { EVENT_LOOP, type Scheduler } from './scheduler.ts';

export interface Persistence {
  /** Names the file or folder in what `onWait` is told. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly scheduler?: Scheduler | undefined;
  /** False when nobody wants the step any more. */
  readonly isWanted: () => boolean;
  readonly onWait: (report: { readonly error: ErrorReport; readonly retry: RetryPlan }) => void;
}

/** Takes a step, again and again while the disk or a lock is in its way. Throws any other error of it. */
export async function persist(
  step: () => void,
  { path, signal, scheduler = EVENT_LOOP, isWanted, onWait }: Persistence,
): Promise<void> {
  for (let attempt = 1; isWanted(); attempt += 1) {
    try {
      step();
      return;
    } catch (error) {
      if (!isStorageFault(error)) throw error;
      const pause = pauseAfter(attempt, scheduler.random);
      onWait({ error: reportOf(storageError(error, path)), retry: { attempt, pause } });
      await scheduler.rest(pause, signal);
    }
  }
}
