import type { Program } from '../../projection/program.ts';
import type { ErrorPolicy } from './error-policy.ts';
import type { FatalEvent } from './fatal-events.ts';

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
  /** Events at which thread after thread has ended. */
  readonly fatal?: readonly FatalEvent[];
}
