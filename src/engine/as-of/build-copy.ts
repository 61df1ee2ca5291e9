import { renameSync } from 'node:fs';
import { openDatabase } from '../../database/open.ts';
import { errorFrom, ProjectionistError } from '../../errors.ts';
import type { LoadedProjection } from '../../projection/load.ts';
import type { Program } from '../../projection/program.ts';
import { deleteGeneration, peekCheckpoint } from '../generations/generation-file.ts';
import type { FatalEvent } from '../apply/fatal-events.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { errorPolicy } from '../apply/error-policy.ts';
import { makeHost } from '../threads/make-host.ts';
import type { RunnerReport } from '../apply/runner-report.ts';
import { backup } from './backup.ts';

export interface CopyOrder {
  /** Where the finished copy is to stand. */
  readonly path: string;
  /** The last position that it holds. */
  readonly position: number;
  readonly program: Program;
  /** The definition with the program's functions and upcasters, where it has some. */
  readonly loaded: LoadedProjection | undefined;
  /** What was decided about dead letters; default nothing. */
  readonly decisions?: readonly Decision[] | undefined;
  /** Events that are known not to come back. */
  readonly fatal?: readonly FatalEvent[] | undefined;
  readonly log: { readonly path: string; readonly id: string };
  /** Files of the same program at lower positions, best first. One that turns out to be of no use is passed over. */
  readonly bases: readonly string[];
  readonly onProgress?: (position: number) => void;
  readonly signal?: AbortSignal;
}

/** Beside the finished file, so that renaming it is one step; whatever ends like this was never finished. */
export const UNFINISHED = '.building';

/** Failed attempts after which a copy is given up. A live projection would go on trying. */
const LAST_ATTEMPT = 4;

/**
 * Builds the views of a program as of a position into a file of its own: from a copy at a lower position or from the
 * start, by the projector that keeps the live generation, in a thread of its own. The file is there when it is whole.
 * Throws PROJECTION_STOPPED where an event cannot be applied, CLOSED when `signal` aborts, and storage errors.
 */
export async function buildCopy(order: CopyOrder): Promise<void> {
  const unfinished = order.path + UNFINISHED;
  deleteGeneration(unfinished);
  try {
    await layBase(order, unfinished);
    await replay(order, unfinished);
    leaveWal(unfinished);
    renameSync(unfinished, order.path);
  } catch (error) {
    deleteGeneration(unfinished);
    throw error;
  }
}

/** The file becomes one that stands alone: in WAL mode even a reader leaves files beside it. */
function leaveWal(path: string): void {
  const db = openDatabase(path, { purpose: 'bulk' });
  db.pragma('journal_mode = DELETE');
  db.close();
}

async function layBase({ bases, position, program, log, signal }: CopyOrder, to: string): Promise<void> {
  for (const from of bases) {
    requireGoing(signal);
    try {
      // The next one only where this one is of no use
      await backup({ from, to });
      const found = peekCheckpoint(to);
      // A live generation may have moved past the position since it was chosen.
      if (found?.programHash === program.hash && found.logId === log.id && found.position <= position) return;
    } catch {
      // Gone or damaged: without it the copy takes longer, and is the same.
    }
    deleteGeneration(to);
  }
}

async function replay(order: CopyOrder, path: string): Promise<void> {
  const { program, loaded, decisions = [], fatal, log, position, signal } = order;
  requireGoing(signal);
  const done = Promise.withResolvers<void>();
  const policy = errorPolicy(loaded, decisions, fatal);
  const task = { path, logPath: log.path, logId: log.id, program, isBuild: true, policy };
  const host = makeHost(task, loaded, (report) => hear(report, order, done));
  const abort = (): void => done.reject(closed());
  signal?.addEventListener('abort', abort);
  try {
    host.advance(position);
    await done.promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    await host.stop();
  }
}

function hear(
  report: RunnerReport,
  { program, position, onProgress }: CopyOrder,
  done: PromiseWithResolvers<void>,
): void {
  if (report.kind === 'progress') onProgress?.(report.position);
  if (report.kind === 'built' && report.position === position) done.resolve();
  if ((report.kind === 'waiting' || report.kind === 'lost') && isHopeless(report))
    done.reject(errorFrom(report.error));
  if (report.kind === 'failed') {
    const { message, hint, evidence } = report.error;
    const words = `${program.projection} cannot be replayed to position ${position}: ${message}`;
    done.reject(
      new ProjectionistError('PROJECTION_STOPPED', words, { hint, evidence, cause: errorFrom(report.error) }),
    );
  }
}

function isHopeless({ error, retry }: Extract<RunnerReport, { kind: 'waiting' | 'lost' }>): boolean {
  return error.code === 'DISK_FULL' || (retry !== null && retry.attempt >= LAST_ATTEMPT);
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw closed();
}

function closed(): ProjectionistError {
  return new ProjectionistError('CLOSED', 'The copy was not finished');
}
