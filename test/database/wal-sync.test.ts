import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { event, openedLog, temporaryFolder } from '../event-log/support.ts';

test('an append to a log behind a symbolic link is synced where SQLite keeps its write-ahead log', async () => {
  const link = join(temporaryFolder(), 'log.db');
  symlinkSync(join(temporaryFolder(), 'log.db'), link);
  const log = openedLog(link);
  expect(await log.append('s', event())).toMatchObject({ position: 1 });
});
