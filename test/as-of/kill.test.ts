import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CopyShelf } from '../../src/engine/as-of/copy-shelf.ts';
import { peekCheckpoint } from '../../src/engine/generations/generation-file.ts';
import { EventLog } from '../../src/event-log/event-log.ts';
import { temporaryFolder } from './support.ts';

test('a process that is killed while it builds leaves whole copies, and what is not whole is deleted', async () => {
  const folder = temporaryFolder();
  const log = EventLog.open(join(folder, 'log.db'));
  const events = Array.from({ length: 20_000 }, (_, index) => ({
    type: 'thing.set',
    data: { id: `t${index}`, color: 'red', score: index },
  }));
  await log.append('s', events);
  await log.close();
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  for (const milliseconds of [0, 20, 60, 150]) {
    const script = resolve('test/as-of/build-forever.ts');
    const child = spawn(process.execPath, ['--conditions=projectionist-source', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await delay(milliseconds);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const shelf = new CopyShelf(
      copies,
      { count: 100, bytes: 1e12 },
      () => new Date(),
      () => {},
    );
    for (const { path, position } of shelf.list()) expect(peekCheckpoint(path)?.position).toBe(position);
    expect(readdirSync(copies).filter((file) => file.includes('building'))).toEqual([]);
  }
}, 60_000);
