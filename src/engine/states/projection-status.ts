import type { ErrorReport } from '../../errors.ts';
import type { Build } from '../generations/build.ts';
import type { GenerationRun } from '../generations/generation-run.ts';
import { type Sighting, stateFrom } from './states.ts';
import type { BuildStatus, Pause, ProjectionStatus } from './status.ts';

/** What a keeper knows of its projection. */
export interface KeeperState {
  readonly name: string;
  readonly views: readonly string[];
  readonly head: number;
  /** Seconds for which the event after a position has been in the log. */
  readonly secondsBehind: (position: number) => number;
  readonly live: GenerationRun | undefined;
  readonly build: Build | undefined;
  /** Why the last build did not become live; null when it did. */
  readonly buildError: ErrorReport | null;
  readonly paused: Pause | null;
  readonly lastError: ProjectionStatus['lastError'];
  readonly isRolledBack: boolean;
}

export function statusOf(keeper: KeeperState): ProjectionStatus {
  const { name, views, head, live, build, buildError, paused, lastError, isRolledBack } = keeper;
  const position = live?.position ?? 0;
  const lag = Math.max(0, head - position);
  return {
    name,
    state: stateFrom(sightingOf(keeper), paused !== null),
    views,
    generation: live?.generation.number ?? null,
    programHash: live?.generation.program.hash ?? null,
    position,
    head,
    lag,
    lagSeconds: lag === 0 ? 0 : keeper.secondsBehind(position),
    parked: live?.parked ?? build?.run?.parked ?? 0,
    movedAt: live?.movedAt ?? null,
    paused,
    retry: live?.retry ?? build?.run?.retry ?? null,
    error: live?.error ?? build?.run?.error ?? buildError,
    lastError,
    build: build?.run === undefined ? null : buildStatus(build.run, head),
    isRolledBack,
  };
}

/** What is seen of a projection now; nothing of what it was decides. */
function sightingOf({ live, build, buildError, head }: KeeperState): Sighting {
  const run = live ?? build?.run;
  if (run?.isLost === true) return 'thread lost';
  if (live === undefined) {
    if (build !== undefined) return 'no generation';
    return buildError === null ? 'nothing' : 'gave up';
  }
  if (live.hasFailed) return 'gave up';
  if (!live.isOpen) return 'nothing';
  if (live.position < head) return 'behind';
  return live.parked > 0 ? 'level, streams parked' : 'level';
}

/** Seconds of a build in which its rate says nothing yet: its first batches are small. */
const WARMING_UP = 1;

function buildStatus(run: GenerationRun, head: number): BuildStatus {
  const rate = run.rate();
  const isRateKnown = rate > 0 && run.seconds() >= WARMING_UP;
  return {
    generation: run.generation.number,
    position: run.position,
    rate: Math.round(rate),
    secondsLeft: isRateKnown ? Math.round(Math.max(0, head - run.position) / rate) : null,
    error: run.error,
  };
}
