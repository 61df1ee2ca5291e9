import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Server, Workspace } from '../cli/support.ts';
import { type Block, blocksOf } from './blocks.ts';

const BLOCKS = blocksOf('docs/tutorial.md');

function filesNamed(file: string): string[] {
  return BLOCKS.filter((block) => block.file === file).map(({ text }) => text);
}

/** The first block at or after one with a text that satisfies a condition. */
function blockAfter(part: string, condition: (block: Block) => boolean): string {
  const from = BLOCKS.findIndex(({ text }) => text.includes(part));
  const found = BLOCKS.slice(from + 1).find(condition);
  if (from === -1 || found === undefined) throw new Error(`The tutorial has no block after ${part}`);
  return found.text;
}

const isAnswer = ({ language }: Block): boolean => language === 'json';
const isOutput = ({ language }: Block): boolean => language === '';

describe('the tutorial, step by step', () => {
  let workspace: Workspace;
  let server: Server;
  beforeAll(() => {
    workspace = new Workspace({ hasSamples: false });
  });
  afterAll(async () => {
    await server.stop();
    workspace.remove();
  });
  const write = (file: string, text: string | undefined): void =>
    writeFileSync(workspace.path(file), text ?? '');
  const get = async (path: string, prefer = ''): Promise<unknown> =>
    (await fetch(`${server.url}${path}`, { headers: { prefer } })).json();

  test('infer writes the catalogue that is shown', () => {
    write('loans.ndjson', filesNamed('loans.ndjson')[0]);
    expect(workspace.run(['infer', 'loans.ndjson']).code).toBe(0);
    expect(readFileSync(workspace.path('projections/events.ts'), 'utf8')).toBe(
      filesNamed('projections/events.ts')[0],
    );
    rmSync(workspace.path('projections/copies.ts'));
  });

  test('check compiles the first projection to the program that is shown', () => {
    write('projections/loans.ts', filesNamed('projections/loans.ts')[0]);
    expect(workspace.run(['check']).out).toContain(blockAfter('projectionist check', isOutput));
  });

  test('queries answer as shown', async () => {
    server = workspace.begin('dev', '--port', '0', '--seed', 'loans.ndjson');
    await server.says(/Watching projections/);
    expect(await get('/views/copies?reader=eq.grace&order=due_on&select=title,due:due_on')).toEqual(
      JSON.parse(blockAfter('reader=eq.grace', isAnswer)),
    );
  });

  test('what was written is read, and what was there before', async () => {
    const answer = await fetch(`${server.url}/streams/copy-2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: /-d '(.*)'/.exec(BLOCKS.find(({ text }) => text.includes('torn'))?.text ?? '')?.[1] ?? '',
    });
    expect(await answer.json()).toMatchObject({ position: 5 });
    expect(await get('/views/copies?id=eq.copy-2', 'min-position=5, wait=5')).toEqual(
      JSON.parse(blockAfter('min-position=5', isAnswer)),
    );
    expect(await get('/views/copies?id=eq.copy-2', 'as-of=4')).toEqual(
      JSON.parse(blockAfter('as-of=4', isAnswer)),
    );
  });

  test('a saved change is built beside what is there', async () => {
    write('projections/loans.ts', filesNamed('projections/loans.ts')[1]);
    await server.says(/generation 2 is live/);
    const [building = ''] = blockAfter('How much each reader', isOutput).split('\n');
    expect(server.text).toContain(building);
    expect(await get('/views/readers')).toEqual(JSON.parse(blockAfter('/views/readers', isAnswer)));
  });

  test('trace tells the story that is shown', () => {
    const { out } = workspace.run(['trace', 'copies', 'copy-1']);
    expect(out).toContain(blockAfter('/views/readers', isOutput));
  });
});

describe('its last steps, with the package imported', () => {
  // Inside the repository, whose own package.json makes 'projectionist' mean its source.
  const folder = mkdtempSync(resolve('test/docs/.snippets-'));
  const node = ['--conditions=projectionist-source'];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(() => {
    for (const { file, text } of BLOCKS) {
      if (file === undefined) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  });

  test('the test passes', () => {
    const { status, stdout } = spawnSync(process.execPath, [...node, '--test', 'loans.test.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/pass 2\b/)]);
  });

  test('the server gives the page, and the live rows that the page asks for', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = spawn(process.execPath, [...node, 'server.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port) },
      stdio: 'inherit',
    });
    const isOpen = (): Promise<boolean> =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isOpen).toBe(true);
    const page = await (await fetch(url)).text();
    const source = /new EventSource\('([^']+)'/.exec(page)?.[1] ?? '';
    const lend = BLOCKS.find(({ text }) => text.includes(':3000/api/streams/copy-2'))?.text ?? '';
    const answer = await fetch(`${url}/api/streams/copy-2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: /-d '(.*)'/.exec(lend)?.[1] ?? '',
    });
    expect(answer.status).toBe(201);
    const { position } = (await answer.json()) as { position: number };
    const live = await fetch(`${url}${source}`, {
      headers: { accept: 'text/event-stream', prefer: `min-position=${position}, wait=5` },
    });
    const reader = live.body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    while (!text.includes('Emma')) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    expect(text).toContain('Emma');
    server.kill('SIGINT');
    const [code] = (await once(server, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
