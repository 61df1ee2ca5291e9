import { isStorageFault } from '../apply/faults.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import { peekCheckpoint } from '../generations/generation-file.ts';
import { readMark } from './mark.ts';
import { endsProcess } from './thread-faults.ts';

/** So many processes may end at an event, the last of them inside the definition's code, before the event is to blame. */
const PATIENCE = 2;

/** Positions that can be gone through one by one without anybody noticing. */
const FEW = 1_000;

/**
 * What a projector is to know of the processes before this one: a process that ended in the middle of a batch may have
 * been ended by it. Any kill looks like that, so that a large batch is gone through one by one only after the second.
 */
export function inherit(task: Omit<RunnerTask, 'budget'>, path: string): Omit<RunnerTask, 'budget'> {
  const mark = readMark(path);
  if (mark === undefined || mark.from !== positionOf(task.path))
    return { ...task, mark: { path, from: -1, deaths: 0, isSettled: false } };
  const { from, to, stage } = mark;
  const deaths = mark.deaths + 1;
  const isSettled = deaths >= PATIENCE && stage === 'call' && to === from + 1;
  const isCareful = stage !== 'batch' || to - from <= FEW || deaths >= PATIENCE;
  return {
    ...task,
    mark: { path, from, deaths, isSettled },
    ...(isCareful && { carefulUntil: to }),
    ...(isSettled && { fatal: [{ position: to, error: endsProcess(deaths) }] }),
  };
}

/** Undefined where it cannot be read now: whoever opens the generation tells why. */
function positionOf(path: string): number | undefined {
  try {
    return peekCheckpoint(path)?.position;
  } catch (error) {
    if (isStorageFault(error)) return undefined;
    throw error;
  }
}
