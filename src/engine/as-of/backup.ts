import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface BackupTask {
  readonly from: string;
  readonly to: string;
}

/** The entry point beside this file: TypeScript in a checkout, JavaScript in the package. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './backup-worker.ts' : './backup-worker.js',
  import.meta.url,
);

/**
 * Copies a database by SQLite's backup API (https://sqlite.org/backup.html), in a thread of its own: what is copied is
 * one committed state, whoever writes meanwhile, and rowids stay what they are (VACUUM INTO may change them).
 */
export async function backup(task: BackupTask): Promise<void> {
  // 'exit' comes after 'error', for which `once` rejects.
  await once(new Worker(ENTRY, { workerData: task, name: 'backup' }), 'exit');
}
