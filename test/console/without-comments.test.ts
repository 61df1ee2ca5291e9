import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tokenizer } from 'acorn';
import { expect, test } from 'vitest';
import { withoutComments } from '../../src/console/without-comments.ts';

const FOLDER = 'src/console/browser';

/** What a browser makes of a script: its tokens, each with its text. */
function tokensOf(script: string): string[] {
  const tokens = tokenizer(script, { ecmaVersion: 'latest', sourceType: 'module' });
  return [...tokens].map(({ type, start, end }) => `${type.label} ${script.slice(start, end)}`);
}

test('a script without its comments is the same script', () => {
  const scripts = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(scripts.length).toBeGreaterThan(50);
  for (const file of scripts) {
    const script = stripTypeScriptTypes(readFileSync(`${FOLDER}/${file}`, 'utf8'));
    const short = withoutComments(script);
    expect([file, short]).toEqual([file, expect.not.stringMatching(/^ *\/\*\*/m)]);
    expect([file, tokensOf(short)]).toEqual([file, tokensOf(script)]);
  }
});

test('comments with a line of their own go, and what stands beside code stays', () => {
  expect(withoutComments('/* a\n b */\na { b: c; } /* d */\n\n  // e\nf(); // g\n')).toBe(
    'a { b: c; } /* d */\nf(); // g\n',
  );
});
