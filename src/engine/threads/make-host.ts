import type { LoadedProjection } from '../../projection/load.ts';
import { codeOf, isPlainData } from '../apply/program-code.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import { type Host, LocalHost } from './host.ts';
import { inherit } from './inherit.ts';
import { ThreadHost } from './thread-host.ts';

/** Milliseconds that one batch may hold a thread: the caller's own, which also answers queries, or a worker. */
const LOCAL_BUDGET = 8;
const THREAD_BUDGET = 400;

/**
 * Where a runner runs: on the caller's thread only where its functions exist nowhere else.
 * @param markPath where it leaves a mark for the process after this one, in case an event ends this one
 */
export function makeHost(
  given: Omit<RunnerTask, 'budget'>,
  loaded: LoadedProjection | undefined,
  tell: (report: RunnerReport) => void,
  markPath?: string,
): Host {
  const hasCode = !isPlainData(given.program);
  const task = hasCode && markPath !== undefined ? inherit(given, markPath) : given;
  const needsCaller = hasCode && loaded !== undefined && loaded.file === undefined;
  if (needsCaller) return new LocalHost({ ...task, budget: LOCAL_BUDGET }, codeOf(loaded.compiled), tell);
  return new ThreadHost({ ...task, budget: THREAD_BUDGET, definitionFile: loaded?.file }, tell);
}
