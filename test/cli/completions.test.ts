import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Workspace } from './support.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace();
  workspace.run(['append', resolve('data/shop.events.ndjson')]);
  workspace.run(['rebuild', 'revenue']);
});
afterAll(() => workspace.remove());

const suggested = (...words: readonly string[]): string[] =>
  workspace
    .run(['complete', '--', ...words])
    .out.split('\n')
    .map((each) => each.split('\t')[0] as string);

test('commands, nested commands, flags and names of projections are suggested', () => {
  expect(suggested('re')).toEqual(expect.arrayContaining(['rebuild', 'replay', 'reset', 'resume']));
  expect(suggested('dead-letters', '')).toEqual(expect.arrayContaining(['list', 'show', 'retry', 'discard']));
  expect(suggested('status', '--')).toEqual(expect.arrayContaining(['--watch', '--json', '--data']));
  expect(suggested('rebuild', '')).toContain('revenue');
  expect(suggested('query', 'rev')).toContain('revenue');
});

test('the script for bash is one that bash takes', () => {
  const { out } = workspace.run(['complete', 'bash']);
  expect(spawnSync('bash', ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test.each(['zsh', 'fish'])('there is a script for %s', (shell) => {
  expect(workspace.run(['complete', shell]).out).toContain('projectionist complete --');
});
