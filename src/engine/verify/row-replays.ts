import type { AsideContext } from '../aside/job.ts';
import type { ScratchFiles } from '../aside/scratch-files.ts';
import { replayChanges } from '../history/replay-changes.ts';
import type { JsonRow, RowChange } from '../history/row-change.ts';
import type { DifferingRow } from './compare.ts';
import { firstParting } from './first-parting.ts';
import { isSameButFor, STEADY } from './unsteady.ts';
import type { VerifyTask } from './verify-task.ts';

/** Replays of the events up to a position, to see what becomes of one row that differs. */
export class RowReplays {
  readonly #row: DifferingRow;
  readonly #to: number;
  readonly #task: VerifyTask;
  readonly #context: AsideContext;
  readonly #scratch: ScratchFiles;

  constructor(row: DifferingRow, to: number, task: VerifyTask, context: AsideContext, scratch: ScratchFiles) {
    this.#row = row;
    this.#to = to;
    this.#task = task;
    this.#context = context;
    this.#scratch = scratch;
  }

  /**
   * What events do to the row; where it has no key, those that give a row these values. A replay for each call.
   * @param span the most events of one batch
   */
  async versions(span?: number): Promise<RowChange[]> {
    const { view, key, live, replayed } = this.#row;
    const { program, log, policy } = this.#task;
    const { code, budget, onProgress, requireGoing } = this.#context;
    const hasKey = key.length > 0;
    const views = [{ name: view.name, ...(hasKey && { key }) }];
    const to = this.#to;
    const task = { path: this.#scratch.path(), program, log, to, views, policy, budget, span };
    const found: RowChange[] = [];
    for await (const { position, changes } of replayChanges(task, code)) {
      requireGoing();
      onProgress({ phase: 'tracing the row', done: position, total: to });
      found.push(...changes.filter(({ after }) => hasKey || isSameRow(after, replayed ?? live)));
    }
    return found;
  }

  /** The first event of which two replays make something else in one of these views; undefined where they agree. */
  parting(views: readonly string[]): Promise<number | undefined> {
    return firstParting(views, this.#to, this.#task, this.#context, this.#scratch);
  }
}

export function isSameRow(one: JsonRow | null, other: JsonRow | null): boolean {
  return isSameButFor(STEADY, one, other);
}
