import type { ErrorReport } from '../errors.ts';
import type { Build } from './build.ts';
import type { GenerationRun } from './generation-run.ts';
import type { BuildStatus, ProjectionState, ProjectionStatus } from './status.ts';

/** What a keeper knows of its projection. */
export interface KeeperState {
  readonly name: string;
  readonly views: readonly string[];
  readonly head: number;
  readonly live: GenerationRun | undefined;
  readonly build: Build | undefined;
  /** Why the last build did not become live; null when it did. */
  readonly buildError: ErrorReport | null;
  readonly isRolledBack: boolean;
}

export function statusOf(keeper: KeeperState): ProjectionStatus {
  const { name, views, head, live, build, buildError, isRolledBack } = keeper;
  const position = live?.position ?? 0;
  return {
    name,
    state: stateOf(keeper),
    views,
    generation: live?.generation.number ?? null,
    programHash: live?.generation.program.hash ?? null,
    position,
    head,
    lag: Math.max(0, head - position),
    movedAt: live?.movedAt ?? null,
    error: live?.error ?? build?.run?.error ?? buildError,
    build: build?.run === undefined ? null : buildStatus(build.run, head),
    isRolledBack,
  };
}

function stateOf({ live, build, buildError, head }: KeeperState): ProjectionState {
  if (live === undefined) {
    if (build !== undefined) return build.run?.error ? 'waiting' : 'building';
    return buildError === null ? 'unknown' : 'stopped';
  }
  if (live.hasFailed) return 'stopped';
  if (live.error !== null) return 'waiting';
  return live.position < head ? 'catching-up' : 'live';
}

function buildStatus(run: GenerationRun, head: number): BuildStatus {
  const rate = run.rate();
  return {
    generation: run.generation.number,
    position: run.position,
    rate: Math.round(rate),
    secondsLeft: rate > 0 ? Math.max(0, head - run.position) / rate : null,
    error: run.error,
  };
}
