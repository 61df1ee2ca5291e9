import { BatchSize } from '../apply/batch-size.ts';
import { connectFeed, openGeneration } from '../generations/generation-file.ts';
import type { ProgramCode } from '../apply/program-code.ts';
import type { ErrorPolicy } from '../apply/error-policy.ts';
import { Projector } from '../apply/projector.ts';
import type { Program } from '../../projection/program.ts';
import { ChangeRecorder, type RecordedView } from './change-recorder.ts';
import { recordingProgram } from './recording-program.ts';
import type { RowChange } from './row-change.ts';

export interface ChangeTask {
  /**
   * The file to replay in, which is the caller's to make and to delete: a copy of the program's views at the position
   * where the changes begin, or no file yet to begin at 0.
   */
  readonly path: string;
  readonly program: Program;
  readonly log: { readonly path: string; readonly id: string };
  /** The last position to apply. */
  readonly to: number;
  /** The views, or the rows of them, whose changes are wanted. */
  readonly views: readonly RecordedView[];
  /** Without one, an event that cannot be applied ends the replay. */
  readonly policy?: ErrorPolicy | undefined;
  /** Milliseconds that one batch may hold the thread. */
  readonly budget: number;
  /** The most events of one batch: what changes within one is held in memory. */
  readonly span?: number | undefined;
  /** Tells everything with the last batch, and applies conditions to the rows as they are then. */
  readonly isTakenLast?: boolean;
}

export interface ChangeBatch {
  /** Everything up to here has been told. */
  readonly position: number;
  readonly changes: readonly RowChange[];
}

/**
 * Replays events and tells what each did to the rows of views, batch by batch. Between two batches the event loop has
 * its turn. Throws APPLY_FAILED for an event that cannot be applied, after what came before it.
 */
export async function* replayChanges(
  task: ChangeTask,
  code: ProgramCode,
): AsyncGenerator<ChangeBatch, void, undefined> {
  const { path, log, to, views, policy, budget, span = 50_000, isTakenLast = false } = task;
  const program = recordingProgram(task.program);
  const db = openGeneration(path, task.program, log.id, 'bulk');
  try {
    const recorder = new ChangeRecorder(db, program, views);
    connectFeed(db, program, log.path);
    const projector = new Projector(db, program, code, policy);
    const share = projector.share(to);
    const batch = new BatchSize(budget);
    while (projector.position < to) {
      const next = projector.nextDecisionAt ?? Infinity;
      const size = Math.ceil(Math.min(span, batch.size) / Math.max(share, 1 / 1000));
      const end = Math.min(to, next, projector.position + size);
      const started = performance.now();
      const fault = applyUpTo(projector, end, share);
      if (fault === undefined && batch.size <= span) batch.learn(performance.now() - started);
      const isKept = isTakenLast && fault === undefined && projector.position < to;
      yield { position: projector.position, changes: isKept ? [] : recorder.take() };
      if (fault !== undefined) throw fault;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    db.close();
  }
}

/** Returns what stands in the way; what came before it has been applied. */
function applyUpTo(projector: Projector, end: number, share: number): unknown {
  try {
    projector.applyOrPark(end, share);
    projector.carryOutDue();
    return undefined;
  } catch (error) {
    return error;
  }
}
