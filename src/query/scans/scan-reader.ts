import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorFrom, ProjectionistError } from '../../errors.ts';
import type { Found } from '../asked-query.ts';
import type { Scan, ScanMessage, ScanReply } from './scan.ts';

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './reader-main.ts' : './reader-main.js',
  import.meta.url,
);

/**
 * A process that runs scans, one at a time. Not a thread: better-sqlite3 cannot interrupt a statement, and a thread that
 * is told to end does so only when its statement has; a process can be killed, at no risk, as it only reads.
 */
export class ScanReader {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #waiting: PromiseWithResolvers<Found> | undefined;

  constructor() {
    this.#child = fork(fileURLToPath(ENTRY), {
      // Bigints and bytes among the values.
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#exited = promise;
    this.#child.on('message', (reply) => this.#hear(reply as ScanReply));
    this.#child.on('error', resolve);
    this.#child.on('exit', (code, signal) =>
      resolve(
        new ProjectionistError('CLOSED', `The process that read for the query ended with ${signal ?? code}`, {
          hint: 'Ask again: another takes its place.',
        }),
      ),
    );
    void this.#exited.then((error) => this.#waiting?.reject(error));
  }

  /** Resolves, with what ended it, when the process has. */
  get exited(): Promise<unknown> {
    return this.#exited;
  }

  /** Rejects with what SQLite throws, or when the process ends. */
  run(scan: Scan): Promise<Found> {
    this.#waiting = Promise.withResolvers<Found>();
    this.#tell({ kind: 'scan', scan });
    return this.#waiting.promise;
  }

  /** Closes a file that it may have open. */
  forget(path: string): void {
    this.#tell({ kind: 'forget', path });
  }

  /** Ends it, whatever it is doing. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(message: ScanMessage): void {
    // Of one that has just ended the exit tells; a message that it did not get is no other fault.
    this.#child.send(message, () => {});
  }

  #hear(reply: ScanReply): void {
    if ('found' in reply) this.#waiting?.resolve(reply.found);
    else this.#waiting?.reject(errorFrom(reply.error));
  }
}
