import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { checkLog } from '../../src/event-log/check-log.ts';
import type { Outcome, Server, Workspace } from '../cli/support.ts';
import { lines, mortal, post, registered, shop, soundLog, type Status } from '../fault/shop.ts';
import { limitFileSize, smallDisk } from '../fault/small-disk.ts';

const SHOP = resolve('data/shop.events.ndjson');
const PATIENCE = { timeout: 120_000 };

interface Fault {
  readonly data: string;
  /** What an append answers meanwhile. */
  readonly problem: { readonly status: number; readonly code: string };
  begin(): void;
  end(): void;
}

/** A disk that is full: a real one where this user may mount one, and a limit on the length of files elsewhere. */
async function started(
  workspace: Workspace,
  means: 'disk' | 'limit',
): Promise<{ server: Server; fault: Fault }> {
  const disk = means === 'disk' ? smallDisk(16) : undefined;
  const data = disk === undefined ? workspace.path('data') : join(disk.folder, 'data');
  const server = mortal(await workspace.serve('--data', data));
  const fault =
    disk === undefined
      ? {
          data,
          problem: { status: 503, code: 'STORAGE_FAILED' },
          begin: () => limitFileSize(server.pid, 4096),
          end: () => limitFileSize(server.pid, 'unlimited'),
        }
      : {
          data,
          problem: { status: 507, code: 'DISK_FULL' },
          begin: () => disk.fill(),
          end: () => disk.free(),
        };
  return { server, fault };
}

async function projectionsOf(server: Server): Promise<Status['projections']> {
  return (await (await fetch(`${server.url}/projections`)).json()) as Status['projections'];
}

test.each(['disk', 'limit'] as const)(
  'a full %s refuses appends, and the server goes on by itself when there is room',
  PATIENCE,
  async (means) => {
    const workspace = shop();
    const { server, fault } = await started(workspace, means);
    let acknowledged = 0;
    expect((await post(server.url, registered('Ada'))).status).toBe(201);
    acknowledged += 1;
    fault.begin();
    // A write-ahead log may have some room left in it.
    await expect
      .poll(async () => {
        const response = await post(server.url, registered('Grace'));
        if (response.status === 201) acknowledged += 1;
        return { status: response.status, ...((await response.json()) as { code?: string }) };
      })
      .toMatchObject(fault.problem);
    expect((await fetch(`${server.url}/views/orders`)).status).toBe(200);
    await fetch(`${server.url}/projections/revenue/rebuild`, { method: 'POST' });
    await server.says(/revenue: the build waits, and tries again/);
    expect(server.text.match(/Error: The disk/g)).toHaveLength(1);

    fault.end();
    const { position } = (await (await post(server.url, registered('Linus'))).json()) as { position: number };
    expect(position).toBe(acknowledged + 1);
    await server.says(/revenue: generation 2 is live/);
    await expect
      .poll(async () => (await projectionsOf(server)).map((status) => status.position), { timeout: 20_000 })
      .toEqual((await projectionsOf(server)).map(() => position));
    expect(await server.stop()).toBe(0);
    expect(await checkLog(join(fault.data, 'log.db'))).toMatchObject({ isSound: true, head: position });
  },
);

test('an import that finds no room gives back what it took, and a smaller one has it', PATIENCE, () => {
  const disk = smallDisk(16);
  if (disk === undefined) return;
  const workspace = shop();
  const data = join(disk.folder, 'data');
  const append = (count: number): Outcome =>
    workspace.run(['append', '-', '--data', data], { input: lines('a', count) });
  expect(append(200_000)).toMatchObject({
    code: 1,
    error: expect.stringMatching(/^Error: The disk .+ is full$/m),
  });
  expect(append(1000)).toMatchObject({ code: 0, out: expect.stringContaining('position 1,000') });
});

test('a log on a disk that is read-only is not said to be damaged', PATIENCE, () => {
  const disk = smallDisk(16);
  if (disk === undefined) return;
  const workspace = shop();
  const data = join(disk.folder, 'data');
  expect(workspace.run(['append', '-', '--data', data], { input: lines('a', 10) }).code).toBe(0);
  disk.remount('ro');
  const { code, out, error } = workspace.run(['log', 'check', '--data', data]);
  expect({ code, out, error }).toEqual({
    code: 1,
    out: '',
    error: expect.stringMatching(/^Error: Cannot write to .+\nTry: Check .+\n$/),
  });
});

test('a command that finds no room says so', PATIENCE, async () => {
  const disk = smallDisk(16);
  if (disk === undefined) return;
  const workspace = shop();
  const data = join(disk.folder, 'data');
  const server = mortal(await workspace.serve('--data', data));
  disk.fill();
  const { code, error } = workspace.run(['pause', 'revenue', '--data', data]);
  expect({ code, error }).toEqual({
    code: 1,
    error: expect.stringMatching(/^Error: The disk that holds .+ is full\nTry: Free some space.+\n$/),
  });
  disk.free();
  expect(await server.stop()).toBe(0);
});

test('projections that find no room wait, and catch up when there is some', PATIENCE, async () => {
  const workspace = shop();
  const server = mortal(await workspace.serve());
  limitFileSize(server.pid, 4096);
  // Another process, without the limit, appends.
  expect(workspace.run(['append', '-'], { input: lines('a', 500) }).code).toBe(0);
  await server.says(/generation 1 waits, and tries again: The disk/);
  limitFileSize(server.pid, 'unlimited');
  await expect
    .poll(async () => (await projectionsOf(server)).map(({ position }) => position), { timeout: 30_000 })
    .toEqual((await projectionsOf(server)).map(() => 500));
  expect(await server.stop()).toBe(0);
});

test(
  'a log that was put in the place of another is noticed, and nothing is acknowledged into the void',
  PATIENCE,
  async () => {
    const workspace = shop();
    const server = mortal(await workspace.serve());
    expect((await post(server.url, registered('Ada'))).status).toBe(201);
    mkdirSync(workspace.path('aside'));
    for (const file of ['log.db', 'log.db-wal', 'log.db-shm'])
      renameSync(workspace.path('data', file), workspace.path('aside', file));
    const response = await post(server.url, registered('Grace'));
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'LOG_REPLACED' }]);
    await server.says(/Error: The log .+ was moved or deleted while it was in use/);
    expect((await fetch(`${server.url}/views/orders`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    for (const file of ['log.db', 'log.db-wal', 'log.db-shm'])
      if (existsSync(workspace.path('aside', file)))
        renameSync(workspace.path('aside', file), workspace.path('data', file));
    const next = mortal(await workspace.serve());
    expect((await post(next.url, registered('Grace'))).status).toBe(201);
    expect(await next.stop()).toBe(0);
    expect(await soundLog(workspace)).toMatchObject({ head: 2 });
  },
);

test('a damaged log stops what reads it, says where, and is told by `log check`', PATIENCE, async () => {
  const workspace = shop();
  workspace.run(['append', SHOP]);
  const sound = workspace.path('sound.db');
  copyFileSync(workspace.path('data/log.db'), sound);
  damageEvents(workspace.path('data/log.db'), 0.6);
  const checked = workspace.run(['log', 'check', '--json']);
  expect(checked.code).toBe(1);
  const report = JSON.parse(checked.out) as { isSound: boolean; problems: { position: number | null }[] };
  expect(report.isSound).toBe(false);
  const server = mortal(workspace.begin('start', '--port', '0'));
  await server.says(/has stopped: The log .+ is damaged at position \d+/);
  const position = Number(/is damaged at position (\d+)/.exec(server.text)?.[1]);
  expect(position).toBeGreaterThan(11_000);
  expect(position).toBeLessThan(13_000);
  expect(report.problems.some((problem) => problem.position !== null)).toBe(true);
  await server.stop();
  for (const suffix of ['', '-wal', '-shm']) rmSync(workspace.path(`data/log.db${suffix}`), { force: true });
  copyFileSync(sound, workspace.path('data/log.db'));
  const next = mortal(await workspace.serve());
  expect((await projectionsOf(next)).map((status) => status.position)).toEqual([20_008, 20_008, 20_008]);
  expect(await next.stop()).toBe(0);
});

/** Overwrites a page of events, so far into the log: 0.5 for its middle. */
function damageEvents(path: string, share: number): void {
  const db = openDatabase(path, { purpose: 'durable' });
  const pageSize = db.pragma('page_size', { simple: true }) as number;
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path")
    .pluck()
    .all() as number[];
  db.close();
  const page = pages[Math.floor(pages.length * share)] as number;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pageSize, 0xff), 0, pageSize, (page - 1) * pageSize);
  closeSync(file);
}

test(
  'a folder that may only be read is refused by name, and works again when it may be written to',
  PATIENCE,
  async () => {
    const workspace = shop();
    const { data, setWritable } = await readOnlyFolder(workspace);
    const refused = workspace.run(['start', '--port', '0', '--data', data]);
    expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('Cannot write to')]);
    expect(refused.error).not.toContain('    at ');
    setWritable();
    const next = mortal(await workspace.serve('--data', data));
    expect((await post(next.url, registered('Grace'))).status).toBe(201);
    expect(await next.stop()).toBe(0);
  },
);

/** A data folder on a disk that may only be read; where no disk can be mounted, one that is no folder. */
async function readOnlyFolder(
  workspace: Workspace,
): Promise<{ readonly data: string; readonly setWritable: () => void }> {
  const disk = smallDisk(16);
  if (disk === undefined) {
    const data = workspace.path('data');
    writeFileSync(data, '');
    return { data, setWritable: () => rmSync(data) };
  }
  const data = join(disk.folder, 'data');
  const server = mortal(await workspace.serve('--data', data));
  await server.stop();
  disk.remount('ro');
  return { data, setWritable: () => disk.remount('rw') };
}
