import { parentPort, workerData } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../../errors.ts';
import { codeHasChanged, loadCode } from '../threads/definition-code.ts';
import type { AsideContext } from './job.ts';
import { type JobName, JOBS, type TaskOf } from './jobs.ts';
import type { ThreadJob, ThreadTold } from './run-aside.ts';

const port = parentPort;
if (port === null) throw new Error('engine/aside/aside-worker.ts is the body of a worker thread');
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (told: ThreadTold): void => port.postMessage(told);

/** Milliseconds that one batch may take: until then, nobody is heard. */
const THREAD_BUDGET = 400;

let isToEnd = false;
port.on('message', () => {
  isToEnd = true;
});

try {
  const { name, task, definitionFile } = workerData as ThreadJob;
  const job = JOBS[name] as (given: TaskOf<JobName>, context: AsideContext) => Promise<never>;
  const code = await loadCode(task.program, definitionFile);
  if (code === undefined) throw codeHasChanged(task.program, definitionFile);
  const answer = await job(task, {
    code,
    budget: THREAD_BUDGET,
    onProgress: (progress) => tell({ kind: 'progress', progress }),
    requireGoing: () => {
      if (isToEnd) throw new ProjectionistError('CLOSED', 'It was not finished: the process stops');
    },
  });
  tell({ kind: 'done', answer });
} catch (error) {
  tell({ kind: 'failed', error: reportOf(error) });
}
port.close();
