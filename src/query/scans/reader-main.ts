import { constants, setPriority } from 'node:os';
import { reportOf } from '../../errors.ts';
import { OpenFiles } from './open-files.ts';
import type { ScanMessage, ScanReply } from './scan.ts';

// The body of a reader process: see scan-reader.ts. It ends when the one that started it does.
const files = new OpenFiles();

// Scans take what the look-ups beside them leave of the processors.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

// A terminal and a service manager signal all processes of a group: the one that started this one says when to end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

process.on('message', (message: ScanMessage) => {
  if (message.kind === 'forget') files.close(message.path);
  else process.send?.(replyTo(message));
});

function replyTo({ scan }: Extract<ScanMessage, { kind: 'scan' }>): ScanReply {
  try {
    return { found: files.run(scan) };
  } catch (error) {
    return { error: reportOf(error) };
  }
}
