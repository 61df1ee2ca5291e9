import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
