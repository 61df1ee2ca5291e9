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

/** A block that imports something, and leaves nothing out, is a whole file; others are fragments, to be read in their text. */
const WHOLE = DOCUMENTS.flatMap((document) =>
  blocksOf(document)
    .filter(({ language, text }) => language === 'ts' && /^import /m.test(text) && !text.includes('…'))
    .map(({ text, file, line }) => ({ document, text, line, file })),
);

/** Beside the definitions that it imports: those of its own document, or the samples. */
function placeOf({ document, file, line }: (typeof WHOLE)[number]): string {
  const own = join(folder, basename(document, '.md'));
  if (file !== undefined) return join(own, file);
  const text = `snippet-${line}.ts`;
  return join(own, document === 'docs/testing.md' ? 'test' : '.', text);
}

function hasOwnCatalogue(document: string): boolean {
  return WHOLE.some((snippet) => snippet.document === document && snippet.file?.endsWith('events.ts'));
}

function copySamples(document: string): void {
  const target = join(folder, basename(document, '.md'), 'projections');
  if (!existsSync(target)) cpSync('projections', target, { recursive: true });
}

test('every snippet that is a whole file has correct types', () => {
  expect(WHOLE.length).toBeGreaterThan(5);
  for (const snippet of WHOLE) {
    const path = placeOf(snippet);
    if (!hasOwnCatalogue(snippet.document)) copySamples(snippet.document);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, snippet.text);
  }
  const config = { extends: resolve('tsconfig.json'), include: ['**/*.ts'], exclude: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['-p', folder, '--noEmit'], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
