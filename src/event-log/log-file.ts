import { statSync } from 'node:fs';
import { ProjectionistError } from '../errors.ts';

/**
 * The file that a log was opened as. Where another one has been put in its place, what this process writes goes to a
 * file that has no name any more: nobody would ever read it.
 */
export class LogFile {
  readonly path: string;
  readonly #opened: string | undefined;

  constructor(path: string) {
    this.path = path;
    this.#opened = identityOf(path);
  }

  /** Throws LOG_REPLACED. Costs some microseconds. */
  requireSame(): void {
    const found = identityOf(this.path);
    if (found === this.#opened) return;
    throw new ProjectionistError(
      'LOG_REPLACED',
      `The log ${this.path} was ${found === undefined ? 'moved or deleted' : 'replaced by another file'} while it was in use`,
      {
        hint: 'Stop this process, put the right log in place, and start again; see docs/operating.md.',
        evidence: { file: this.path },
      },
    );
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
