import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INVARIANTS } from './invariants.ts';

test('docs/reliability.md names every invariant, and tests that exist', () => {
  const text = readFileSync('docs/reliability.md', 'utf8');
  for (const { number, says, tests } of INVARIANTS) {
    const line = text
      .split('\n')
      .find((candidate) => candidate.replaceAll(/ +/g, ' ').startsWith(`| ${number} | ${says}`));
    expect([number, line]).not.toContain(undefined);
    expect(tests.length).toBeGreaterThan(0);
    for (const path of tests) {
      expect(line).toContain(`(../${path})`);
      expect([path, existsSync(path)]).toEqual([path, true]);
    }
  }
  expect(INVARIANTS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
