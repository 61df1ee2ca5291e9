import type { ErrorReport } from '../../errors.ts';
import type { Announcer } from '../states/announcer.ts';
import type { BuildPlan } from './build-plan.ts';
import type { Departures } from './departures.ts';
import type { GenerationRun, RunAim } from './generation-run.ts';
import type { GenerationStore } from './generation-store.ts';
import type { Generation } from '../catalog.ts';
import type { SuccessionContext } from './succession-context.ts';

/** What a build finds where it is built, and whom it tells of its end. */
export interface BuildSite {
  readonly context: SuccessionContext;
  readonly store: GenerationStore;
  readonly announcer: Announcer;
  /** What was let go before has closed its files first. */
  readonly departures: Departures;
  readonly isPaused: () => boolean;
  /** How far the live generation has been told to go. */
  readonly liveReach: () => number;
  /** Sets to work on a generation. Its reports come back to the build. */
  readonly startRun: (generation: Generation, aim: RunAim) => GenerationRun;
  /** Compares a generation with a second replay; resolves when nothing differs. */
  readonly verify: (run: GenerationRun, signal: AbortSignal) => Promise<void>;
  /** Told of what is in the way for now. */
  readonly noteError: (error: ErrorReport) => void;
  /** Told when the catalogue calls the build live. */
  readonly onLive: (run: GenerationRun, plan: BuildPlan) => void;
  /** Told when it has failed, with its generation's number; 0 where it had none yet. */
  readonly onFailed: (generation: number, error: ErrorReport) => void;
}
