import type { Program } from '../../projection/program.ts';
import type { ErrorPolicy } from './error-policy.ts';
import type { FatalEvent } from './fatal-events.ts';
import type { MarkTask } from '../threads/mark.ts';

/** What a runner works on. */
export interface RunnerTask {
  readonly path: string;
  readonly logPath: string;
  readonly logId: string;
  readonly program: Program;
  /** True to seal the generation when it has caught up, before it follows the log. */
  readonly isBuild: boolean;
  /** True for a generation that must be there already, and is not to lose what it holds: no bulk settings. */
  readonly hasBeenLive?: boolean;
  /** Without one, an event that cannot be applied stops the runner. */
  readonly policy?: ErrorPolicy;
  /** Milliseconds that one batch may hold the thread. */
  readonly budget: number;
  /** Events up to this position are applied one by one: a thread ended among them. */
  readonly carefulUntil?: number;
  /** Where it says on disk what it is at, and what is known of that place; nowhere where this is left out. */
  readonly mark?: MarkTask;
  /** Events at which thread after thread, or process after process, has ended. */
  readonly fatal?: readonly FatalEvent[];
}
