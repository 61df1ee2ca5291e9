import { openDatabase } from '../../database/open.ts';
import type { AsideContext } from '../aside/job.ts';
import type { ScratchFiles } from '../aside/scratch-files.ts';
import { isPlainData } from '../apply/program-code.ts';
import type { JsonRow } from '../history/row-change.ts';
import { type Cause, causeByKey, causeInBag, endOf } from './cause.ts';
import type { DifferingRow } from './compare.ts';
import { isSameRow, RowReplays } from './row-replays.ts';
import { isSameValue } from './unsteady.ts';
import type { ColumnDifference, PartingEvent, RowDifference } from './verification.ts';
import type { VerifyTask } from './verify-task.ts';

/**
 * Finds out why a row differs, and after which event. The generation has no history of its own, but its replay has: the
 * row is looked for among the versions that events give it. What replays disagree about among themselves proves nothing
 * about the generation, and is set aside.
 */
export async function explainDifference(
  row: DifferingRow,
  position: number,
  task: VerifyTask,
  context: AsideContext,
  scratch: ScratchFiles,
): Promise<RowDifference> {
  const { view, key, live, replayed } = row;
  const { program, log } = task;
  const replays = new RowReplays(row, position, task, context, scratch);
  const versions = await replays.versions();
  // A program that is data alone has nothing in it that could answer differently, unless it just did.
  const mayDiffer = !isPlainData(program) || (key.length > 0 && !isSameRow(endOf(versions), replayed));
  const parting = mayDiffer ? await replays.parting(program.views.map(({ name }) => name)) : undefined;
  const findCause = key.length > 0 ? causeByKey : causeInBag;
  const found = await findCause(row, versions, replays, parting);
  const { cause, at } = mayDiffer ? doubted(found) : found;
  return {
    view: view.name,
    key: keyOf(row),
    kind: live === null ? 'missing' : replayed === null ? 'extra' : 'different',
    columns: columnsOf(row),
    cause,
    event: eventAt(log.path, at),
    parting: eventAt(log.path, parting),
  };
}

/** A function or an upcaster may have answered differently when the row was made, and the same ever since. */
function doubted({ cause, at }: Cause): Cause {
  return { cause: cause === 'edited' ? 'unexplained' : cause, at };
}

function keyOf({ view, live, replayed }: DifferingRow): JsonRow | null {
  const row = (live ?? replayed) as JsonRow;
  if (view.primaryKey.length === 0) return null;
  return Object.fromEntries(view.primaryKey.map((column) => [column, row[column]]));
}

function columnsOf({ view, live, replayed }: DifferingRow): ColumnDifference[] {
  return view.columns
    .map(({ name }) => ({ column: name, live: live?.[name] ?? null, replayed: replayed?.[name] ?? null }))
    .filter((each) => !isSameValue(each.live, each.replayed));
}

function eventAt(logPath: string, position: number | undefined): PartingEvent | null {
  if (position === undefined) return null;
  const log = openDatabase(logPath, { purpose: 'read', mustExist: true });
  try {
    return log
      .prepare('SELECT position, id AS eventId, stream, type, time FROM events WHERE position = ?')
      .get(position) as PartingEvent;
  } finally {
    log.close();
  }
}
