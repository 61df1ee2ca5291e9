import type { AsideContext } from '../aside/job.ts';
import type { RecordedView } from './change-recorder.ts';
import { type ChangeTask, replayChanges } from './replay-changes.ts';
import type { RowChange } from './row-change.ts';

export interface TraceTask extends Omit<ChangeTask, 'budget' | 'views' | 'span'> {
  readonly row: RecordedView & Required<Pick<RecordedView, 'key'>>;
}

/** Everything that events up to `to` did to one row, in order. */
export async function traceRow(
  { row, ...task }: TraceTask,
  { code, budget, onProgress, requireGoing }: AsideContext,
): Promise<RowChange[]> {
  const all: RowChange[] = [];
  // Few rows are recorded, so that batches may be as long as a build's.
  const replay = replayChanges({ ...task, views: [row], budget, span: Infinity }, code);
  for await (const { position, changes } of replay) {
    requireGoing();
    onProgress({ phase: 'replaying', done: position, total: task.to });
    all.push(...changes);
  }
  return all;
}
