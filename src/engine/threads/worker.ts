import { parentPort, workerData } from 'node:worker_threads';
import { reportOf } from '../../errors.ts';
import { codeHasChanged, loadCode } from './definition-code.ts';
import { markOf } from './mark.ts';
import { Pulse, withPulse } from './pulse.ts';
import { Runner } from '../apply/runner.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import type { ThreadMessage, ThreadStart } from './thread-host.ts';

const port = parentPort;
if (port === null) throw new Error('engine/worker.ts is the body of a worker thread');
const { task, pulse: memory } = workerData as ThreadStart;
const mark = markOf(task);
const pulse = new Pulse(memory, mark);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const post = (report: RunnerReport): void => port.postMessage(report);
const tell = (report: RunnerReport): void => {
  mark?.hear(report);
  post(report);
};

// What is thrown while the code is loaded ends the thread: another one may find the file as it should be.
const code = await loadCode(task.program, task.definitionFile);
if (code === undefined) {
  tell({ kind: 'failed', error: reportOf(codeHasChanged(task.program, task.definitionFile)) });
  port.close();
} else {
  const runner = new Runner(task, withPulse(code, pulse), tell, { pulse });
  pulse.enter('idle');
  const stop = async (): Promise<void> => {
    await runner.stop();
    mark?.clear();
    port.close();
  };
  port.on('message', (message: ThreadMessage) => {
    if (message.kind === 'advance') runner.advance(message.head);
    else if (message.kind === 'decide') runner.decide(message.order);
    else if (message.kind === 'enqueue') runner.enqueue(message.decision);
    else void stop();
  });
}
