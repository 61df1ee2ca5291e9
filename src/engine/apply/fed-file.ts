import { applyPragmas } from '../../database/open.ts';
import type { Decision } from '../dead-letters/decision.ts';
import { deleteGeneration, sealGeneration } from '../generations/generation-file.ts';
import { isSyncFault } from './faults.ts';
import { type Fed, type MakeSync, openFed } from './open-fed.ts';
import type { ProgramCode } from './program-code.ts';
import type { RunnerTask } from './runner-task.ts';

/** The file that a runner works on: opened when it is needed, and anew after a fault. */
export class FedFile {
  readonly #task: RunnerTask;
  readonly #code: ProgramCode;
  readonly #makeSync: MakeSync | undefined;
  #fed: Fed | undefined;
  /** True where the disk did not keep what a build has written. */
  #isLost = false;

  constructor(task: RunnerTask, code: ProgramCode, makeSync?: MakeSync) {
    this.#task = task;
    this.#code = code;
    this.#makeSync = makeSync;
  }

  /** Undefined while it is closed. */
  get fed(): Fed | undefined {
    return this.#fed;
  }

  /** Opens it; `later` are decisions that were made since the task was given. Throws as `openFed`. */
  open(later: readonly Decision[], isBuilding: boolean): Fed {
    this.#deleteLost();
    this.#fed = openFed(this.#task, this.#code, later, isBuilding, this.#makeSync);
    return this.#fed;
  }

  /** Makes what was built durable and whole; from here on it follows the log. Throws GENERATION_DAMAGED. */
  seal(): void {
    const fed = this.#fed as Fed;
    sealGeneration(fed.db, this.#task.program);
    applyPragmas(fed.db, 'derived');
    this.#fed = { ...fed, sync: undefined };
  }

  /** Closes it after a fault. A build of which the disk did not keep everything begins with an empty file. */
  fail(error: unknown): void {
    this.#isLost ||= this.#fed?.sync !== undefined && isSyncFault(error);
    this.#close();
  }

  /** Closes it when everything that was asked of it is done. */
  async leave(): Promise<void> {
    try {
      await this.#fed?.sync?.settled();
      this.#close();
    } catch (error) {
      this.fail(error);
    }
    this.#deleteLost();
  }

  #close(): void {
    this.#fed?.db.close();
    this.#fed = undefined;
  }

  #deleteLost(): void {
    if (this.#isLost) deleteGeneration(this.#task.path);
    this.#isLost = false;
  }
}
