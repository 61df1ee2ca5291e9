import { openDatabase, type SqliteDatabase } from '../../database/open.ts';
import { ProjectionistError } from '../../errors.ts';
import type { Program } from '../../projection/program.ts';
import { searchTable } from '../../projection/search-sql.ts';
import { transactDeferred } from '../../database/transaction.ts';
import type { AsideContext } from '../aside/job.ts';
import { ScratchFiles } from '../aside/scratch-files.ts';
import { type GenerationHistory, historyIn } from '../dead-letters/read.ts';
import { type Checkpoint, readCheckpoint } from '../generations/generation-file.ts';
import { alteredParts } from './altered-parts.ts';
import { isSearchWhole } from './check-search.ts';
import { type ComparedView, compareView, REPLAYED } from './compare.ts';
import { explainDifference } from './explain-difference.ts';
import { SecondReplay } from './second-replay.ts';
import type { RowDifference, Verification } from './verification.ts';
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
    const compared = await compareViews(db, task.program, position, context);
    const difference = await differenceIn(
      compared,
      position,
      { ...task, policy: { ...task.policy, ...history } },
      context,
      scratch,
    );
    if (difference === null) await requireSearch(db, task, position, context);
    return {
      projection: task.program.projection,
      generation: task.generation,
      position,
      isSame: difference === null,
      views: compared.map(({ comparison }) => comparison),
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
  context: AsideContext,
): Promise<ComparedView[]> {
  const compared: ComparedView[] = [];
  for (const view of views) {
    context.onProgress({ phase: `comparing ${view.name}`, done: position, total: position });
    compared.push(await stepByStep(compareView(db, view), context));
  }
  return compared;
}

/** Gives the event loop its turn after each step. */
async function stepByStep<Result>(
  steps: Generator<void, Result>,
  { requireGoing }: AsideContext,
): Promise<Result> {
  for (;;) {
    requireGoing();
    const { done, value } = steps.next();
    if (done === true) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function differenceIn(
  compared: readonly ComparedView[],
  position: number,
  task: VerifyTask,
  context: AsideContext,
  scratch: ScratchFiles,
): Promise<RowDifference | null> {
  const differing = compared.find(({ comparison }) => comparison.differing > 0);
  if (differing === undefined) return null;
  const { first, comparison } = differing;
  if (first === undefined) throw new Error(`${comparison.view} differs, and no row of it does`);
  return explainDifference(first, position, task, context, scratch);
}

/** The rows are what they should be: then their full-text indexes must say the same. */
async function requireSearch(
  db: SqliteDatabase,
  task: VerifyTask,
  position: number,
  context: AsideContext,
): Promise<void> {
  for (const view of task.program.views.filter(({ searchColumns }) => searchColumns.length > 0)) {
    context.onProgress({ phase: `comparing ${searchTable(view.name)}`, done: position, total: position });
    if (await stepByStep(isSearchWhole(db, view), context)) continue;
    throw altered(task, `the full-text index of ${view.name} does not say what its rows do`);
  }
}

function requireTables(db: SqliteDatabase, task: VerifyTask): void {
  const parts = alteredParts(db, task.program);
  if (parts.length > 0) throw altered(task, `${parts.join(', ')} is not as the program makes it`);
}

function altered({ program, generation }: VerifyTask, what: string): ProjectionistError {
  return new ProjectionistError(
    'GENERATION_DAMAGED',
    `Generation ${generation} of ${program.projection} has been altered: ${what}`,
    {
      hint: `Build it anew: projectionist rebuild ${program.projection}`,
      evidence: { projection: program.projection },
    },
  );
}
