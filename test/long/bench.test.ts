import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** A benchmark that no longer runs tells nothing; how fast it is says nothing here. */
test.each([
  ['rebuild', ['3000', '1'], /compiled \/ better hand-written loop: [\d.]+/],
  ['lookups', ['3000', '200', '1'], /while it rebuilds +p50/],
])('the benchmark %s runs to its end', (name, values, said) => {
  const file = join(import.meta.dirname, '../../bench', `${name}.ts`);
  const text = execFileSync(process.execPath, ['--conditions=projectionist-source', file, ...values], {
    encoding: 'utf8',
  });
  expect(text).toMatch(said);
});
