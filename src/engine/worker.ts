import { parentPort, workerData } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../errors.ts';
import { resolveDrizzleQuickly } from '../projection/quick-resolve.ts';
import { codeOf, hasCodeOf, isPlainData, NO_CODE } from './program-code.ts';
import type { ProgramCode } from './projector.ts';
import { Runner, type RunnerReport } from './runner.ts';
import type { ThreadMessage, ThreadTask } from './thread-host.ts';

const port = parentPort;
if (port === null) throw new Error('engine/worker.ts is the body of a worker thread');
const task = workerData as ThreadTask;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (report: RunnerReport): void => port.postMessage(report);

try {
  const runner = new Runner(task, await codeFor(task), tell);
  port.on('message', (message: ThreadMessage) => {
    if (message.kind === 'advance') runner.advance(message.head);
    else void runner.stop().then(() => port.close());
  });
} catch (error) {
  tell({ kind: 'failed', error: reportOf(error) });
  port.close();
}

async function codeFor({ program, definitionFile }: ThreadTask): Promise<ProgramCode> {
  if (isPlainData(program)) return NO_CODE;
  // Only here: Drizzle and a schema library take longer to load than everything else of this thread.
  resolveDrizzleQuickly();
  const { loadProjection } = await import('../projection/load.ts');
  const compiled = definitionFile === undefined ? undefined : await loadProjection(definitionFile);
  if (compiled !== undefined && hasCodeOf(compiled, program)) return codeOf(compiled);
  throw new ProjectionistError(
    'DEFINITION_INVALID',
    `The functions or upcasters of ${program.projection} have changed since it was compiled`,
    {
      hint: 'Load the definitions again: rebuild, or restart.',
      evidence: { projection: program.projection, file: definitionFile },
    },
  );
}
