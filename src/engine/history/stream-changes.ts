import { transactDeferred } from '../../database/transaction.ts';
import { applyStream } from '../apply/apply-stream.ts';
import { connectFeed, openGeneration } from '../generations/generation-file.ts';
import type { ProgramCode } from '../apply/program-code.ts';
import { registerCode } from '../apply/register-code.ts';
import { ChangeRecorder } from './change-recorder.ts';
import { recordingProgram } from './recording-program.ts';
import type { ChangeTask } from './replay-changes.ts';
import type { RowChange } from './row-change.ts';

export interface StreamTask extends Pick<ChangeTask, 'program' | 'log' | 'to' | 'views'> {
  readonly stream: string;
  /** Positions of the stream's events that were not applied. */
  readonly except: readonly number[];
}

/**
 * What the events of one stream did to the rows of views that are proved to be fed from it alone: without any other
 * event, in memory. Throws what an event raises that cannot be applied without the others.
 */
export function streamChanges(task: StreamTask, code: ProgramCode): RowChange[] {
  const program = recordingProgram(task.program);
  const db = openGeneration(':memory:', task.program, task.log.id, 'bulk');
  try {
    const recorder = new ChangeRecorder(db, program, task.views);
    connectFeed(db, program, task.log.path);
    registerCode(db, program, code);
    transactDeferred(db, () => applyStream(db, program, task));
    return recorder.take();
  } finally {
    db.close();
  }
}
