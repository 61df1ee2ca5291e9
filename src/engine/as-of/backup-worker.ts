import { workerData } from 'node:worker_threads';
import { openDatabase } from '../../database/open.ts';
import type { BackupTask } from './backup.ts';

/** Pages of one step: all of them, so that a writer cannot make the backup begin again between two. */
const EVERY_PAGE = 0x7fffffff;

const { from, to } = workerData as BackupTask;
const source = openDatabase(from, { purpose: 'read', mustExist: true });
try {
  await source.backup(to, { progress: () => EVERY_PAGE });
} finally {
  source.close();
}
