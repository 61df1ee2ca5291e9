import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test("the kit works with Node's own test runner", () => {
  const file = fileURLToPath(new URL('accounts.node-test.ts', import.meta.url));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = spawnSync(
    process.execPath,
    ['--conditions=projectionist-source', '--test', '--test-reporter=tap', file],
    { encoding: 'utf8', env },
  );
  expect(run.stdout).toMatch(/^# pass 1$/m);
  expect(run.stdout).toMatch(/^# fail 1$/m);
  expect(run.stdout).toContain('The rows of accounts are not those expected');
});
