import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blocksOf } from './blocks.ts';

// Inside the repository, whose own package.json makes 'projectionist' mean its source.
const folder = mkdtempSync(resolve('test/docs/.snippets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DOCUMENTS = ['README.md', ...readdirSync('docs').map((file) => join('docs', file))].filter((file) =>
  file.endsWith('.md'),
);

/** Whole files, and fragments, which say in a comment what they take as given. */
const SNIPPETS = DOCUMENTS.flatMap((document) =>
  blocksOf(document)
    .filter(({ language }) => language === 'ts')
    .map((block) => Object.assign(block, { document })),
);

/** Beside the definitions that it imports: those of its own document, or the samples. */
function placeOf({ document, file, line }: (typeof SNIPPETS)[number]): string {
  const own = join(folder, basename(document, '.md'));
  if (file !== undefined) return join(own, file);
  const text = `snippet-${line}.ts`;
  return join(own, document === 'docs/testing.md' ? 'test' : '.', text);
}

function hasOwnCatalogue(document: string): boolean {
  return SNIPPETS.some((snippet) => snippet.document === document && snippet.file?.endsWith('events.ts'));
}

function copySamples(document: string): void {
  const target = join(folder, basename(document, '.md'), 'projections');
  if (!existsSync(target)) cpSync('projections', target, { recursive: true });
}

/** With what it takes as given. An empty export makes it a module, whose names are its own. */
function wholeOf({ given = '', text }: (typeof SNIPPETS)[number]): string {
  const [before, after = ''] = given.split(/^…$/m);
  return [before, text, after, 'export {};', ''].join('\n');
}

test('every snippet has correct types', { timeout: 300_000 }, () => {
  expect(SNIPPETS.length).toBeGreaterThan(25);
  for (const snippet of SNIPPETS) {
    const path = placeOf(snippet);
    if (!hasOwnCatalogue(snippet.document)) copySamples(snippet.document);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wholeOf(snippet));
  }
  const config = { extends: resolve('tsconfig.json'), include: ['**/*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['-p', folder, '--noEmit'], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
