import { openDatabase, type SqliteDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import type { Program } from '../../projection/program.ts';
import { transactDeferred } from '../../database/transaction.ts';
import type { AsideContext } from '../aside/job.ts';
import { ScratchFiles } from '../aside/scratch-files.ts';
import { type GenerationHistory, historyIn } from '../dead-letters/read.ts';
import { type Checkpoint, readCheckpoint } from '../generations/generation-file.ts';
import { alteredParts, compareView, firstDifference, REPLAYED } from './compare.ts';
import { explainDifference } from './explain-difference.ts';
import { SecondReplay } from './second-replay.ts';
import type { RowDifference, Verification, ViewComparison } from './verification.ts';
import type { VerifyTask } from './verify-task.ts';

/**
 * Replays the log into a file of its own, to the position of a generation, and compares every view. The generation moves
 * on meanwhile: only while it is compared, one read transaction keeps what is compared as it was. Throws
 * GENERATION_DAMAGED where the file's tables are not those of the program.
 */
export async function verifyGeneration(task: VerifyTask, context: AsideContext): Promise<Verification> {
  const started = performance.now();
  using scratch = new ScratchFiles(task.data);
  const replay = new SecondReplay(scratch.path(), task, context);
  const db = openDatabase(task.path, { purpose: 'read', mustExist: true });
  try {
    // First to where the generation was a moment ago; then its transaction is open for the rest of the way only.
    const before = transactDeferred(db, () => goalOf(db));
    await replay.to(before.position, before.history);
    db.prepare(`ATTACH ? AS ${REPLAYED}`).run(replay.path);
    db.exec('BEGIN');
    const { position, history } = goalOf(db);
    await replay.to(position, history);
    requireTables(db, task);
    const views = await compareViews(db, task.program, position, context);
    const difference = await differenceIn(
      db,
      views,
      position,
      { ...task, policy: { ...task.policy, ...history } },
      context,
      scratch,
    );
    return {
      projection: task.program.projection,
      generation: task.generation,
      position,
      isSame: difference === null,
      views,
      difference,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    db.close();
    replay.close();
  }
}

/** What a generation's rows are made of. */
function goalOf(db: SqliteDatabase): { position: number; history: GenerationHistory } {
  return { position: (readCheckpoint(db) as Checkpoint).position, history: historyIn(db) };
}

async function compareViews(
  db: SqliteDatabase,
  { views }: Program,
  position: number,
  { onProgress, requireGoing }: AsideContext,
): Promise<ViewComparison[]> {
  const compared: ViewComparison[] = [];
  for (const view of views) {
    requireGoing();
    onProgress({ phase: `comparing ${view.name}`, done: position, total: position });
    compared.push(compareView(db, view));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return compared;
}

async function differenceIn(
  db: SqliteDatabase,
  compared: readonly ViewComparison[],
  position: number,
  task: VerifyTask,
  context: AsideContext,
  scratch: ScratchFiles,
): Promise<RowDifference | null> {
  const differing = compared.find((each) => each.differing > 0);
  if (differing === undefined) return null;
  const view = task.program.views.find(({ name }) => name === differing.view);
  const row = view && firstDifference(db, view);
  if (row === undefined) throw new Error(`${differing.view} differs, and no row of it does`);
  return explainDifference(row, position, task, context, scratch);
}

function requireTables(db: SqliteDatabase, { program, generation }: VerifyTask): void {
  const altered = alteredParts(db, program);
  if (altered.length === 0) return;
  throw new ProjectionistError(
    'GENERATION_DAMAGED',
    `Generation ${generation} of ${program.projection} has been altered: ${altered.join(', ')} is not as the program makes it`,
    {
      hint: `Build it anew: projectionist rebuild ${program.projection}`,
      evidence: { projection: program.projection },
    },
  );
}
