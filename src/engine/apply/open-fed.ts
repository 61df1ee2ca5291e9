import { EarlySync, type Syncing } from '../../database/early-sync.ts';
import type { SqliteDatabase } from '../../database/open.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { connectFeed, openBuilt, openGeneration, requireLog } from '../generations/generation-file.ts';
import type { ErrorPolicy } from './error-policy.ts';
import type { ProgramCode } from './program-code.ts';
import { Projector } from './projector.ts';
import type { RunnerTask } from './runner-task.ts';
import { Statistics } from './statistics.ts';

/** A generation's file that events can be fed into. */
export interface Fed {
  readonly db: SqliteDatabase;
  readonly projector: Projector;
  readonly statistics: Statistics;
  /** Of a file that is written without syncs until it is sealed. */
  readonly sync: Syncing | undefined;
}

/** What syncs a file while it is filled. */
export type MakeSync = (path: string) => Syncing | undefined;

/**
 * Opens the file of a runner's task, with the log attached; one that is built for the first time is made where it is not
 * there. `later` are decisions that were made since the task was given. Throws GENERATION_DAMAGED and LOG_REPLACED.
 */
export function openFed(
  task: RunnerTask,
  code: ProgramCode,
  later: readonly Decision[],
  isBuilding: boolean,
  makeSync: MakeSync = (path) => new EarlySync(path),
): Fed {
  const { path, program, logId, logPath, hasBeenLive } = task;
  const isNew = isBuilding && !hasBeenLive;
  const db = isNew ? openGeneration(path, program, logId, 'bulk') : openBuilt(path, program);
  try {
    connectFeed(db, program, logPath);
    requireLog(db, logId);
    const projector = new Projector(db, program, code, policyOf(task, later));
    const statistics = new Statistics(db, projector.position);
    return { db, projector, statistics, sync: isNew ? makeSync(path) : undefined };
  } catch (error) {
    db.close();
    throw error;
  }
}

function policyOf({ policy, fatal = [] }: RunnerTask, later: readonly Decision[]): ErrorPolicy | undefined {
  if (policy === undefined) return undefined;
  const decisions = [...policy.decisions, ...later];
  return { ...policy, decisions, fatal: [...(policy.fatal ?? []), ...fatal] };
}
