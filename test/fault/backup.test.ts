import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BackupResult } from '../../src/engine/backup/backup.ts';
import { accountsProjection, deposited, history, notesProjection } from '../engine/ledger.ts';
import { contentsOf, open, rowsOf, temporaryFolder } from '../engine/stage.ts';
import { lines, mortal, post, registered, shop, soundLog, statusOf } from './shop.ts';

const PATIENCE = { timeout: 90_000 };

test(
  'a backup beside a server that is written to starts at once, and shows the views of its position',
  PATIENCE,
  async () => {
    const workspace = shop();
    workspace.run(['append', '-'], { input: lines('before', 30_000) });
    const server = mortal(await workspace.serve());
    const over = new AbortController();
    const writing = (async () => {
      let count = 0;
      for (; !over.signal.aborted; count += 1)
        expect((await post(server.url, registered('busy', `busy-${count}`))).status).toBe(201);
      return count;
    })();
    const backup = mortal(workspace.begin('backup', 'copy', '--json'));
    expect(await backup.ended()).toBe(0);
    const result = JSON.parse(backup.text) as BackupResult;
    over.abort();
    const written = await writing;
    await server.stop();

    const { head } = await soundLog(workspace, 'copy');
    expect(result).toMatchObject({ position: head, events: head });
    expect(head).toBeGreaterThanOrEqual(30_000);
    expect(head).toBeLessThanOrEqual(30_000 + written);
    for (const { position } of result.projections) expect(position).toBeLessThanOrEqual(head as number);
    // Byte for byte what a replay up to the copied views' position gives.
    for (const { name, file, position } of result.projections) {
      const replayed = workspace.path(`${name}.db`);
      workspace.run(['replay', name, '--until', String(position), '--out', replayed]);
      expect(contentsOf(workspace.path('copy', file))).toBe(contentsOf(replayed));
    }
    const restored = mortal(await workspace.serve('--data', 'copy'));
    expect(restored.text).not.toContain('building');
    const views = (await (await fetch(`${restored.url}/projections`)).json()) as {
      name: string;
      lag: number;
    }[];
    expect(views.map(({ name }) => name)).toEqual(statusOf(workspace).projections.map(({ name }) => name));
    expect(await restored.stop()).toBe(0);
  },
);

test('a backup without views is started on by building them', async () => {
  const { p } = await open(temporaryFolder());
  await p.log.appendAll(history(20, 5));
  await p.ready();
  const target = join(temporaryFolder(), 'deep', 'copy');
  const { position, projections } = await p.backup(target, { isLogOnly: true });
  expect([position, projections]).toEqual([120, []]);
  const { p: copy, notices } = await open(target);
  await copy.ready();
  expect(notices.of('build-started')).toHaveLength(1);
  expect(await rowsOf(copy, 'accounts', 'order=id')).toEqual(await rowsOf(p, 'accounts', 'order=id'));
});

test('an embedded backup has the live generations only, and the log that they were built from', async () => {
  const projections = [accountsProjection(), notesProjection()];
  const { p } = await open(temporaryFolder(), { projections });
  await p.log.appendAll(history(20, 5));
  await p.ready();
  await p.rebuild('accounts');
  const target = temporaryFolder();
  const seen: string[] = [];
  const result = await p.backup(target, { onProgress: ({ file }) => seen.push(file) });
  expect(result.projections).toEqual([
    { name: 'accounts', generation: 2, file: 'views/accounts-2.db', position: 120 },
    { name: 'notes', generation: 1, file: 'views/notes-1.db', position: 120 },
  ]);
  expect([...new Set(seen)]).toEqual(['catalog.db', 'views/accounts-2.db', 'views/notes-1.db', 'log.db']);
  expect(readdirSync(join(target, 'views')).toSorted()).toEqual(['accounts-2.db', 'notes-1.db']);
  const { p: copy, notices } = await open(target, { projections });
  await copy.log.appendAll([deposited('account-1', 5)]);
  await copy.ready();
  expect(notices.of('build-started')).toEqual([]);
  expect(await rowsOf(copy, 'accounts', 'id=eq.account-1')).toMatchObject([{ balance: 20 }]);
});

test('a backup goes into an empty folder outside the data folder, and leaves nothing when it is given up', async () => {
  const data = temporaryFolder();
  const { p } = await open(data);
  await p.log.appendAll(history(20, 5));
  const taken = temporaryFolder();
  writeFileSync(join(taken, 'note.txt'), 'mine');
  const refused = { code: 'BACKUP_TARGET' };
  await expect(p.backup(taken)).rejects.toMatchObject(refused);
  await expect(p.backup(join(data, 'copy'))).rejects.toMatchObject(refused);
  await expect(p.backup(data)).rejects.toMatchObject(refused);
  const unfinished = temporaryFolder();
  mkdirSync(join(unfinished, 'unfinished'));
  await expect(p.backup(unfinished)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('never finished') as string,
  });
  const target = join(temporaryFolder(), 'copy');
  const signal = AbortSignal.abort();
  await expect(p.backup(target, { signal })).rejects.toMatchObject({ code: 'CLOSED' });
  expect(existsSync(target)).toBe(false);
});
