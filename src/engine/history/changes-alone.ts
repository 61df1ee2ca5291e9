import { transactDeferred } from '../../database/transaction.ts';
import type { ViewDescription } from '../../projection/program.ts';
import { rowProgram } from '../../projection/row-program.ts';
import { BatchSize } from '../apply/batch-size.ts';
import { accessTo, Feed, shareOf } from '../apply/feed.ts';
import type { ProgramCode } from '../apply/program-code.ts';
import { registerCode } from '../apply/register-code.ts';
import { connectFeed, openGeneration } from '../generations/generation-file.ts';
import { ChangeRecorder, type RecordedView } from './change-recorder.ts';
import { recordingProgram } from './recording-program.ts';
import type { ChangeBatch, ChangeTask } from './replay-changes.ts';

export interface AloneTask extends Pick<ChangeTask, 'program' | 'log' | 'to' | 'budget'> {
  readonly row: RecordedView;
  /** Positions of the events that were not applied. */
  readonly except: readonly number[];
}

/**
 * What events did to one row that is made without any other: in memory, with all other rows left away. Undefined where
 * the program does not prove that of the view. Throws what an event raises that does not fit.
 */
export function changesAlone(
  task: AloneTask,
  code: ProgramCode,
): AsyncGenerator<ChangeBatch, void, undefined> | undefined {
  const view = task.program.views.find(({ name }) => name === task.row.name) as ViewDescription;
  const program = rowProgram(task.program, view);
  return program && replay({ ...task, program }, code);
}

async function* replay(
  { program: narrow, log, to, budget, row, except }: AloneTask,
  code: ProgramCode,
): AsyncGenerator<ChangeBatch, void, undefined> {
  const program = recordingProgram(narrow);
  const db = openGeneration(':memory:', narrow, log.id, 'bulk');
  try {
    // The rows that others refer to are not there.
    db.pragma('foreign_keys = OFF');
    const leaveOut = db.prepare("INSERT INTO main.projectionist_letters VALUES (?, '')");
    transactDeferred(db, () => {
      for (const position of except) leaveOut.run(position);
    });
    const recorder = new ChangeRecorder(db, program, [{ ...row, isAlone: true }]);
    connectFeed(db, program, log.path);
    registerCode(db, program, code);
    const feed = new Feed(db, program, 'no-letters');
    const share = shareOf(db, program, to);
    const batch = new BatchSize(budget);
    for (let position = 0; position < to;) {
      const from = position;
      const started = performance.now();
      position = Math.min(to, from + Math.ceil(batch.size / Math.max(share, 1 / 1000)));
      transactDeferred(db, () => feed.run(from, position, accessTo(from, position, share)));
      batch.learn(performance.now() - started);
      yield { position, changes: recorder.take() };
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    db.close();
  }
}
