import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';
import { isBusy } from '../../src/database/storage-error.ts';
import type { Workspace } from '../cli/support.ts';
import { lines, mortal, post, registered, shop, soundLog, statusOf } from '../fault/shop.ts';

const PATIENCE = { timeout: 90_000 };

test(
  'a second server is refused by who holds the folder; after a kill the lock is none',
  PATIENCE,
  async () => {
    const workspace = shop();
    const first = mortal(await workspace.serve());
    const second = workspace.run(['start', '--port', '0']);
    expect(second.code).toBe(1);
    expect(second.error).toMatch(
      new RegExp(`process ${first.pid} on ${hostname()}, since .+Z: projectionist start`),
    );
    expect((await post(first.url, registered('Ada'))).status).toBe(201);
    await first.stop('SIGKILL');
    const third = mortal(await workspace.serve());
    expect(await (await fetch(`${third.url}/events`)).json()).toHaveLength(1);
    const fourth = workspace.run(['start', '--port', '0']);
    expect(fourth.error).toContain(`process ${third.pid} on`);
    expect(await third.stop()).toBe(0);
  },
);

test(
  'appends, imports and a server write side by side, and nothing is lost, doubled or torn',
  PATIENCE,
  async () => {
    const workspace = shop();
    const server = mortal(await workspace.serve());
    writeFileSync(workspace.path('both.ndjson'), lines('both', 20_000));
    // Two imports of the same file, two commands with a few events each, and requests all the while.
    const imports = [1, 2].map(() => mortal(workspace.begin('append', 'both.ndjson', '--json')));
    const few = ['x', 'y'].map((prefix) => {
      const command = mortal(workspace.begin('append', '-', '--json'));
      command.input.end(lines(prefix, 100));
      return command;
    });
    const commands = [...imports, ...few];
    const over = new AbortController();
    const requests = (async () => {
      let count = 0;
      while (!over.signal.aborted) {
        const { status } = await post(server.url, registered(`web-${count % 7}`, `web-${count}`));
        expect(status).toBe(201);
        count += 1;
      }
      return count;
    })();
    expect(await Promise.all(commands.map((command) => command.ended()))).toEqual([0, 0, 0, 0]);
    over.abort();
    const acknowledged = await requests;
    expect(acknowledged).toBeGreaterThan(0);
    const outcomes = imports.map(({ text }) => JSON.parse(text) as { appended: number; duplicates: number });
    expect(outcomes.map(({ appended }) => appended).toSorted((a, b) => a - b)).toEqual([0, 20_000]);
    const { head } = await soundLog(workspace);
    expect(head).toBe(20_000 + 200 + acknowledged);
    await fetch(`${server.url}/views/revenue`, { headers: { Prefer: `min-position=${head}, wait=20` } });
    expect(await server.stop()).toBe(0);
    const { projections } = statusOf(workspace);
    expect(projections.map(({ position }) => position)).toEqual(projections.map(() => head));
  },
);

test(
  'a rebuild beside a server is done by the server; rebuilds without one take turns',
  PATIENCE,
  async () => {
    const workspace = shop();
    workspace.run(['append', '-'], { input: lines('a', 2000) });
    const server = mortal(await workspace.serve());
    const beside = mortal(workspace.begin('rebuild', 'revenue'));
    expect(await beside.ended()).toBe(0);
    expect(beside.text).toContain('revenue: generation 2 is live');
    await server.stop();
    const names = statusOf(workspace).projections.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(1);
    const together = [...names, 'revenue'].map((name) => mortal(workspace.begin('rebuild', name)));
    expect(await Promise.all(together.map((command) => command.ended()))).toEqual(together.map(() => 0));
    const generations = statusOf(workspace).projections.map(({ name, generation }) => [name, generation]);
    expect(generations).toEqual(names.map((name) => [name, name === 'revenue' ? 4 : 2]));
  },
);

test('a writer that is killed in the middle of an import leaves no lock and no event', PATIENCE, async () => {
  const workspace = shop();
  const server = mortal(await workspace.serve());
  const writer = mortal(workspace.begin('append', '-'));
  // It holds the log's write lock from its first line on, and waits for the next.
  writer.input.write(lines('never', 1000));
  await expect.poll(() => isHeld(workspace), { timeout: 20_000 }).toBe(true);
  const waiting = post(server.url, registered('Ada'));
  await writer.stop('SIGKILL');
  expect((await waiting).status).toBe(201);
  expect(await soundLog(workspace)).toMatchObject({ head: 1, events: 1 });
});

/** Whether some process is writing to the log just now. */
function isHeld(workspace: Workspace): boolean {
  const db = openDatabase(workspace.path('data/log.db'), { purpose: 'durable', busyTimeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    db.close();
  }
}
