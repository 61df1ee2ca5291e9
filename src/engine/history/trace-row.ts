import { openDatabase } from '../../database/open.ts';
import { transactDeferred } from '../../database/transaction.ts';
import type { Program } from '../../projection/program.ts';
import { positionsLeftOut } from '../apply/apply-stream.ts';
import type { AsideContext } from '../aside/job.ts';
import { ScratchFiles } from '../aside/scratch-files.ts';
import { type GenerationHistory, historyIn } from '../dead-letters/read.ts';
import { isEventFault } from '../apply/faults.ts';
import { type Checkpoint, readCheckpoint } from '../generations/generation-file.ts';
import type { ErrorPolicy } from '../apply/error-policy.ts';
import { changesAlone } from './changes-alone.ts';
import type { RecordedView } from './change-recorder.ts';
import { type ChangeBatch, replayChanges } from './replay-changes.ts';
import type { JsonRow, RowChange } from './row-change.ts';
import { streamChanges } from './stream-changes.ts';

export interface TraceTask {
  /** The data folder. */
  readonly data: string;
  readonly log: { readonly path: string; readonly id: string };
  readonly program: Program;
  /** By which the generation deals with what cannot be applied; its decisions are read from its file. */
  readonly policy: ErrorPolicy;
  /** The generation's file: the row is traced up to its position. */
  readonly path: string;
  readonly row: RecordedView & Required<Pick<RecordedView, 'key'>>;
  /** The one stream that can have fed the row, where the program proves that. */
  readonly stream: string | undefined;
}

/** What one event did to the row. */
export interface TraceEntry {
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly time: string;
  readonly change: RowChange['change'];
  readonly before: JsonRow | null;
  readonly after: JsonRow | null;
}

export interface RowTrace {
  /** Everything that events up to here did to the row is among the entries. */
  readonly position: number;
  readonly entries: readonly TraceEntry[];
}

/** Finds out by replay what events did to one row, in the order in which they did. */
export async function traceRow(task: TraceTask, context: AsideContext): Promise<RowTrace> {
  const standing = standingOf(task.path);
  const { position } = standing;
  const changes =
    changesOfStream(task, standing, context) ??
    (await changesOfRow(task, standing, context)) ??
    (await changesOfAll(task, standing, context));
  return { position, entries: withEvents(task.log.path, changes) };
}

interface Standing {
  readonly position: number;
  readonly history: GenerationHistory;
  readonly leftOut: readonly number[];
}

function standingOf(path: string): Standing {
  const db = openDatabase(path, { purpose: 'read', mustExist: true });
  try {
    return transactDeferred(db, () => ({
      position: (readCheckpoint(db) as Checkpoint).position,
      history: historyIn(db),
      leftOut: positionsLeftOut(db),
    }));
  } finally {
    db.close();
  }
}

/** From the events of one stream alone; undefined where that is not enough. */
function changesOfStream(
  { program, log, row, stream }: TraceTask,
  { position, leftOut }: Standing,
  { code }: AsideContext,
): RowChange[] | undefined {
  if (stream === undefined) return undefined;
  try {
    return streamChanges({ program, log, to: position, views: [row], stream, except: leftOut }, code);
  } catch (error) {
    // A handler may fail over another view's rows, which other streams have made.
    if (isEventFault(error)) return undefined;
    throw error;
  }
}

/** From the events that can have touched the row, without any other row; undefined where that is not enough. */
async function changesOfRow(
  { program, log, row }: TraceTask,
  { position: to, history, leftOut }: Standing,
  context: AsideContext,
): Promise<RowChange[] | undefined> {
  // Letters that were applied later than their turn, and conditions that look at other rows.
  if (history.decisions.some(({ kind }) => kind !== 'rebuild')) return undefined;
  if (/\bselect\b/i.test(row.visible?.sql ?? '')) return undefined;
  const { code, budget } = context;
  const replay = changesAlone({ program, log, to, row, except: leftOut, budget }, code);
  if (replay === undefined) return undefined;
  try {
    return await allOf(replay, to, context);
  } catch (error) {
    // What every event has gone through once should fit again; where it does not, all rows are needed to tell.
    if (isEventFault(error)) return undefined;
    throw error;
  }
}

async function changesOfAll(
  { data, program, log, policy, row }: TraceTask,
  { position: to, history }: Standing,
  context: AsideContext,
): Promise<RowChange[]> {
  using scratch = new ScratchFiles(data);
  const { code, budget } = context;
  const replay = replayChanges(
    {
      path: scratch.path(),
      program,
      log,
      to,
      views: [row],
      policy: { ...policy, ...history },
      budget,
      // Few rows are recorded, so that batches may be as long as a build's. A condition that looks at other rows is to
      // see them as they are at the end.
      span: Infinity,
      isTakenLast: true,
    },
    code,
  );
  return await allOf(replay, to, context);
}

async function allOf(
  replay: AsyncGenerator<ChangeBatch, void, undefined>,
  to: number,
  { onProgress, requireGoing }: AsideContext,
): Promise<RowChange[]> {
  const all: RowChange[] = [];
  for await (const { position, changes } of replay) {
    requireGoing();
    onProgress({ phase: 'replaying', done: position, total: to });
    all.push(...changes);
  }
  return all;
}

function withEvents(logPath: string, changes: readonly RowChange[]): TraceEntry[] {
  const log = openDatabase(logPath, { purpose: 'read', mustExist: true });
  try {
    const find = log.prepare('SELECT id AS eventId, stream, type, time FROM events WHERE position = ?');
    return changes.map(({ position, change, before, after }) => {
      const event = find.get(position) as Pick<TraceEntry, 'eventId' | 'stream' | 'type' | 'time'>;
      return { position, ...event, change, before, after };
    });
  } finally {
    log.close();
  }
}
