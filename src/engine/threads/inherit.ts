import { isStorageFault } from '../apply/faults.ts';
import type { RunnerTask } from '../apply/runner-task.ts';
import { peekCheckpoint } from '../generations/generation-file.ts';
import { type Mark, readMark, timeOfMark } from './mark.ts';
import { endsProcess, retryEndsProcess, untouchableInProcess } from './thread-faults.ts';

type Task = Omit<RunnerTask, 'budget'>;

/** So many processes may end at an event, the last of them inside the definition's code, before the event is to blame. */
const PATIENCE = 2;

/** Positions that can be gone through one by one without anybody noticing. */
const FEW = 1_000;

/**
 * What a projector is to know of the processes before this one: a process that ended in the middle of a batch may have
 * been ended by it. Any kill looks like that, so that a large batch is gone through one by one only after the second.
 */
export function inherit(task: Task, path: string): Task {
  const mark = readMark(path);
  const position = positionOf(task.path);
  if (mark?.isLetter === true && mark.stage === 'call' && mark.to <= (position ?? 0))
    return inheritLetter(task, path, mark);
  if (mark === undefined || mark.isLetter === true || mark.from !== position)
    return { ...task, mark: { path, from: -1, deaths: 0, isSettled: false } };
  const { from, to, stage } = mark;
  const deaths = mark.deaths + 1;
  const isUntouchable = stage === 'touch';
  const isSettled = isUntouchable || (deaths >= PATIENCE && stage === 'call' && to === from + 1);
  const error = isUntouchable ? untouchableInProcess(task.program.projection, to) : endsProcess(deaths);
  const isCareful = stage !== 'batch' || to - from <= FEW || deaths >= PATIENCE;
  return {
    ...task,
    mark: { path, from, deaths, isSettled },
    ...(isCareful && { carefulUntil: to }),
    ...(isSettled && { fatal: [{ position: to, error, isUntouchable }] }),
  };
}

/**
 * A dead letter was being tried again. Nothing of that was committed: a live generation takes it down, and leaves the next
 * try to whoever asks for it; a build would come to the decision again at every start, and is patient only so often.
 */
function inheritLetter(task: Task, path: string, mark: Mark): Task {
  const { from, to: position } = mark;
  const deaths = mark.deaths + 1;
  const retriedAt = timeOfMark(path).toISOString();
  const known = task.isBuild
    ? deaths >= PATIENCE && { fatal: [{ position, error: endsProcess(deaths) }] }
    : { fatal: [{ position, error: retryEndsProcess(), retriedAt }] };
  return { ...task, mark: { path, from, deaths, isSettled: false, isLetter: true }, ...known };
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
