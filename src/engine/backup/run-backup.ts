import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, ProjectionistError } from '../../errors.ts';
import type { BackupProgress, BackupResult, BackupTask } from './backup.ts';

export type BackupMessage =
  | ({ readonly kind: 'progress' } & BackupProgress)
  | { readonly kind: 'done'; readonly result: BackupResult }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

export interface BackupOptions {
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Gives the backup up: CLOSED. */
  readonly signal?: AbortSignal | undefined;
}

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './backup-thread.ts' : './backup-thread.js',
  import.meta.url,
);

/** Makes a backup in a thread of its own: copying and checking take as long as the files are large. */
export async function runBackup(
  task: BackupTask,
  { onProgress, signal }: BackupOptions = {},
): Promise<BackupResult> {
  const { promise, resolve, reject } = Promise.withResolvers<BackupResult>();
  const worker = new Worker(ENTRY, { workerData: task, name: 'backup' });
  worker.on('message', (message: BackupMessage) => {
    if (message.kind === 'progress') onProgress?.(message);
    else if (message.kind === 'done') resolve(message.result);
    else reject(errorFrom(message.error));
  });
  worker.on('error', reject);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const giveUp = (): void => worker.postMessage('give up');
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  worker.on('exit', () => reject(new ProjectionistError('CLOSED', 'The backup ended before it was done')));
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await worker.terminate();
  }
}
