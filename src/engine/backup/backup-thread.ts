import { parentPort, workerData } from 'node:worker_threads';
import { ProjectionistError, reportOf } from '../../errors.ts';
import { backUp, type BackupTask } from './backup.ts';
import type { BackupMessage } from './run-backup.ts';

const port = parentPort;
if (port === null) throw new Error('engine/backup/backup-thread.ts is the body of a worker thread');
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (message: BackupMessage): void => port.postMessage(message);
let isGivenUp = false;
port.on('message', () => (isGivenUp = true));

try {
  const result = await backUp(workerData as BackupTask, (progress) => {
    if (isGivenUp) throw new ProjectionistError('CLOSED', 'Interrupted; no backup was made');
    tell({ kind: 'progress', ...progress });
  });
  tell({ kind: 'done', result });
} catch (error) {
  tell({ kind: 'failed', error: reportOf(error) });
}
port.close();
