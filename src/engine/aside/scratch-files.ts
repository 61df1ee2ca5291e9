import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deleteGeneration } from '../generations/generation-file.ts';

function folderOf(data: string): string {
  return join(data, 'scratch');
}

/** Files to replay in, beside the views that they are compared with: they need the same space. */
export class ScratchFiles {
  readonly #folder: string;
  readonly #paths: string[] = [];

  /** @param data the data folder */
  constructor(data: string) {
    this.#folder = folderOf(data);
    mkdirSync(this.#folder, { recursive: true });
  }

  /** A path for a file that is not there yet. */
  path(): string {
    const path = join(this.#folder, `${randomUUID()}.db`);
    this.#paths.push(path);
    return path;
  }

  [Symbol.dispose](): void {
    for (const path of this.#paths) deleteGeneration(path);
  }
}

/** Deletes what an earlier process has left. Only the process that runs the data folder's projections may. */
export function clearScratch(data: string): void {
  rmSync(folderOf(data), { recursive: true, force: true });
}
