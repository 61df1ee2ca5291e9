import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'projectionist-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('the packed package installs into an empty folder, init makes it a project, and the project runs', async () => {
  run('npm', ['pack', '--pack-destination', folder], resolve('.'));
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) as string;
  run('npm', ['install', `./${tarball}`]);
  expect(run('npx', ['projectionist', 'init'])).toContain('projections/orders.ts');
  run('npm', ['install']);
  expect(run('npx', ['projectionist', 'check'])).toContain('orders: orders, order_items');
  expect(run('npm', ['test'])).toMatch(/pass 1/);
  run('npm', ['run', 'typecheck']);

  const server = spawn(
    process.execPath,
    [
      'node_modules/projectionist/src/cli/projectionist.js',
      'start',
      '--port',
      '0',
      '--seed',
      'events.ndjson',
    ],
    { cwd: folder },
  );
  let text = '';
  server.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  while (!text.includes('Ready')) await once(server.stdout, 'data');
  const url = /Listening on (http:[^\s"]+)/.exec(text)?.[1];
  const rows = (await (await fetch(`${url}/views/orders?status=eq.shipped`)).json()) as object[];
  expect(rows).toEqual([expect.objectContaining({ id: 'order-1', carrier: 'north-post' })]);
  const page = await (await fetch(`${url}/console`)).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+\/assets\/[^"]+)"/g)].map(
    ([, path]) => path as string,
  );
  expect(files.length).toBeGreaterThan(20);
  for (const path of files) expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
  server.kill('SIGTERM');
  const [code] = (await once(server, 'exit')) as [number];
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({ type: 'module' });
});
