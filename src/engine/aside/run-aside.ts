import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import { codeHasChanged } from '../threads/definition-code.ts';
import { codeOf, hasCodeOf, isPlainData } from '../apply/program-code.ts';
import type { AsideContext, AsideProgress } from './job.ts';
import { type AnswerOf, type JobName, JOBS, type TaskOf } from './jobs.ts';

export interface AsideOptions {
  /** The definition with the program's functions and upcasters, where it has some. */
  readonly loaded: LoadedProjection | undefined;
  readonly onProgress?: (progress: AsideProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ThreadJob {
  readonly name: JobName;
  readonly task: TaskOf<JobName>;
  readonly definitionFile: string | undefined;
}

/** What the thread of a job tells. */
export type ThreadTold =
  | { readonly kind: 'progress'; readonly progress: AsideProgress }
  | { readonly kind: 'done'; readonly answer: AnswerOf<JobName> }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

/** Milliseconds that one batch may hold the caller's own thread. */
const LOCAL_BUDGET = 8;

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './aside-worker.ts' : './aside-worker.js',
  import.meta.url,
);

/**
 * Runs a job in a thread of its own; on the caller's, in short slices, only where a program's functions exist nowhere
 * else. Rejects with what the job throws, and with CLOSED when the signal aborts.
 */
export function runAside<Name extends JobName>(
  name: Name,
  task: TaskOf<Name>,
  options: AsideOptions,
): Promise<AnswerOf<Name>> {
  const { loaded } = options;
  const needsCaller = !isPlainData(task.program) && loaded !== undefined && loaded.file === undefined;
  return needsCaller ? runHere(name, task, loaded, options) : runInThread(name, task, options);
}

async function runHere<Name extends JobName>(
  name: Name,
  task: TaskOf<Name>,
  loaded: LoadedProjection,
  { onProgress = () => {}, signal }: AsideOptions,
): Promise<AnswerOf<Name>> {
  if (!hasCodeOf(loaded.compiled, task.program)) throw codeHasChanged(task.program, loaded.file);
  const job = JOBS[name] as (task: TaskOf<Name>, context: AsideContext) => Promise<AnswerOf<Name>>;
  const requireGoing = (): void => {
    if (signal?.aborted === true) throw closed();
  };
  return job(task, { code: codeOf(loaded.compiled), budget: LOCAL_BUDGET, onProgress, requireGoing });
}

async function runInThread<Name extends JobName>(
  name: Name,
  task: TaskOf<Name>,
  { loaded, onProgress = () => {}, signal }: AsideOptions,
): Promise<AnswerOf<Name>> {
  if (signal?.aborted === true) throw closed();
  const job: ThreadJob = { name, task, definitionFile: loaded?.file };
  const worker = new Worker(ENTRY, { workerData: job, name: `${name} ${task.program.projection}` });
  let told: ThreadTold | undefined;
  worker.on('message', (message: ThreadTold) => {
    if (message.kind === 'progress') onProgress(message.progress);
    else told = message;
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const end = (): void => worker.postMessage('end');
  signal?.addEventListener('abort', end);
  try {
    // 'exit' comes after 'error', for which `once` rejects.
    await once(worker, 'exit');
  } finally {
    signal?.removeEventListener('abort', end);
  }
  if (told?.kind === 'done') return told.answer as AnswerOf<Name>;
  throw told?.kind === 'failed' ? errorFrom(told.error) : closed();
}

export function closed(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'It was not finished: the process stops');
}
