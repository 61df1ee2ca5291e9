import { openDatabase } from '../../database/open.ts';
import type { AsideContext } from '../aside/job.ts';
import type { ScratchFiles } from '../aside/scratch-files.ts';
import { replayChanges } from '../history/replay-changes.ts';
import type { JsonRow, RowChange } from '../history/row-change.ts';
import { isPlainData } from '../apply/program-code.ts';
import type { DifferingRow } from './compare.ts';
import { firstParting } from './first-parting.ts';
import type { ColumnDifference, DifferenceCause, PartingEvent, RowDifference } from './verification.ts';
import type { VerifyTask } from './verify-task.ts';

/**
 * Finds out why a row differs, and after which event. The generation has no history of its own, but its replay has: the
 * row is looked for among the versions that events gave it. Two replays that differ from each other say more, and are
 * told first.
 */
export async function explainDifference(
  row: DifferingRow,
  position: number,
  task: VerifyTask,
  context: AsideContext,
  scratch: ScratchFiles,
): Promise<RowDifference> {
  const versions = await versionsOf(row, position, task, context, scratch);
  const isRepeated = sameRow(versions.at(-1)?.after ?? null, row.replayed);
  // A program that is data alone has nothing in it that could answer differently, unless it just did.
  const mayDiffer = !isPlainData(task.program) || (!isRepeated && row.key.length > 0);
  const parting = mayDiffer ? await firstParting(position, task, context, scratch) : undefined;
  const { cause, at } =
    parting === undefined ? causeIn(versions, row) : { cause: 'nondeterministic' as const, at: parting };
  return {
    view: row.view.name,
    key: keyOf(row),
    kind: row.live === null ? 'missing' : row.replayed === null ? 'extra' : 'different',
    columns: columnsOf(row),
    cause,
    event: at === undefined ? null : eventAt(task.log.path, at),
  };
}

/** What events did to the row; where it has no key, those that gave a row these values. */
async function versionsOf(
  { view, key, live, replayed }: DifferingRow,
  to: number,
  { program, log, policy }: VerifyTask,
  { code, budget, onProgress, requireGoing }: AsideContext,
  scratch: ScratchFiles,
): Promise<RowChange[]> {
  const hasKey = key.length > 0;
  const recorded = { name: view.name, ...(hasKey && { key }) };
  const task = { path: scratch.path(), program, log, to, views: [recorded], policy, budget };
  const found: RowChange[] = [];
  for await (const { position, changes } of replayChanges(task, code)) {
    requireGoing();
    onProgress({ phase: 'tracing the row', done: position, total: to });
    found.push(...changes.filter(({ after }) => hasKey || sameRow(after, replayed ?? live)));
  }
  return found;
}

function causeIn(
  versions: readonly RowChange[],
  { live, key }: DifferingRow,
): { cause: DifferenceCause; at: number | undefined } {
  if (key.length === 0) return { cause: live === null ? 'behind' : 'edited', at: versions.at(-1)?.position };
  // The latest event that the row would have to forget to be what it is.
  const forgotten = versions.findLast(({ before }) => sameRow(before, live));
  if (forgotten !== undefined) return { cause: 'behind', at: forgotten.position };
  return { cause: 'edited', at: versions.at(-1)?.position };
}

/** Rows of one view have their columns in one order. */
function sameRow(one: JsonRow | null, other: JsonRow | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function keyOf({ view, live, replayed }: DifferingRow): JsonRow | null {
  const row = (live ?? replayed) as JsonRow;
  if (view.primaryKey.length === 0) return null;
  return Object.fromEntries(view.primaryKey.map((column) => [column, row[column]]));
}

function columnsOf({ view, live, replayed }: DifferingRow): ColumnDifference[] {
  return view.columns
    .map(({ name }) => ({ column: name, live: live?.[name] ?? null, replayed: replayed?.[name] ?? null }))
    .filter((each) => JSON.stringify(each.live) !== JSON.stringify(each.replayed));
}

function eventAt(logPath: string, position: number): PartingEvent {
  const log = openDatabase(logPath, { purpose: 'read', mustExist: true });
  try {
    return log
      .prepare('SELECT position, id AS eventId, stream, type, time FROM events WHERE position = ?')
      .get(position) as PartingEvent;
  } finally {
    log.close();
  }
}
