import { parentPort, workerData } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../errors.ts';
import { resolveDrizzleQuickly } from '../projection/quick-resolve.ts';
import { codeOf, hasCodeOf, isPlainData, NO_CODE } from './program-code.ts';
import type { ProgramCode } from './program-code.ts';
import { Pulse, withPulse } from './pulse.ts';
import { Runner, type RunnerReport } from './runner.ts';
import type { ThreadMessage, ThreadStart, ThreadTask } from './thread-host.ts';

const port = parentPort;
if (port === null) throw new Error('engine/worker.ts is the body of a worker thread');
const { task, pulse: memory } = workerData as ThreadStart;
const pulse = new Pulse(memory);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (report: RunnerReport): void => port.postMessage(report);

// What is thrown while the code is loaded ends the thread: another one may find the file as it should be.
const code = await codeFor(task);
if (code === undefined) {
  tell({ kind: 'failed', error: reportOf(hasChanged(task)) });
  port.close();
} else {
  const runner = new Runner(task, withPulse(code, pulse), tell, pulse);
  pulse.enter('idle');
  port.on('message', (message: ThreadMessage) => {
    if (message.kind === 'advance') runner.advance(message.head);
    else if (message.kind === 'decide') runner.decide(message.order);
    else if (message.kind === 'enqueue') runner.enqueue(message.decision);
    else void runner.stop().then(() => port.close());
  });
}

/** Undefined where the definition is no longer what the program was compiled from. */
async function codeFor({ program, definitionFile }: ThreadTask): Promise<ProgramCode | undefined> {
  if (isPlainData(program)) return NO_CODE;
  // Only here: Drizzle and a schema library take longer to load than everything else of this thread.
  resolveDrizzleQuickly();
  const { loadProjection } = await import('../projection/load.ts');
  const compiled = definitionFile === undefined ? undefined : await loadProjection(definitionFile);
  return compiled !== undefined && hasCodeOf(compiled, program) ? codeOf(compiled) : undefined;
}

function hasChanged({ program, definitionFile }: ThreadTask): ProjectionistError {
  return new ProjectionistError(
    'DEFINITION_INVALID',
    `The functions or upcasters of ${program.projection} have changed since it was compiled`,
    {
      hint: 'Load the definitions again: rebuild, or restart.',
      evidence: { projection: program.projection, file: definitionFile },
    },
  );
}
